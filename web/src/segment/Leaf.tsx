import { Button, MultiSelect, NativeSelect, TagsInput, TextInput } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Condition } from '@/api'
import { attributes, isBare, isByDays, isSeveral, type Kind, type Leaf, type Op, opsOf, type Sort } from './draft'
import type { Names } from './segment'
import css from './Segment.module.css'
import { codeText, leafWords, subjectOf } from './words'
import { useFmt } from '@/lib/useFmt'

interface Props {
  leaf: Leaf
  names: Names
  /** Number of the condition on the screen, for its name. */
  no: number
  /** Kinds beside attributes and fields, where not all of them can be asked. */
  kinds?: readonly Kind[]
  /** What the server said about it. */
  error?: string
  /** How many it finds by itself; undefined while not known. */
  alone?: number
  onChange: (c: Condition) => void
  onRemove: () => void
}

const behaviour: Kind[] = ['activity', 'inactivity']
const every: readonly Kind[] = [...behaviour, 'consent', 'tag', 'list', 'segment', 'stop_list']
const countries = ['KZ', 'RU', 'KG', 'UZ', 'BY', 'TJ', 'TM', 'GE', 'AM', 'AZ', 'UA', 'MD', 'TR', 'CN', 'AE']
const operators = ['Kcell/Activ', 'Beeline', 'Altel/Tele2']

/** fresh is a condition as it begins when its subject is chosen. */
export function fresh(subject: string, names: Names): Condition {
  const [kind, key] = subject.split(':') as [Kind, string]
  switch (kind) {
    case 'attribute':
    case 'field':
      return { kind, key, op: opsOf[sortOf({ kind, key }, names)][0] }
    case 'activity':
      return { kind, op: 'did', act: 'opened', last: 5 }
    case 'inactivity':
      return { kind, days: 90 }
    case 'consent':
      return { kind, channel: 'email', purpose: 'advertising', state: 'granted' }
    case 'stop_list':
      return { kind, op: 'is_not' }
    default:
      return { kind, op: 'any_of', values: [] }
  }
}

function sortOf(c: Condition, names: Names): Sort {
  if (c.kind === 'attribute') return attributes[c.key ?? ''] ?? 'text'
  return (names.fields.find((f) => f.key === c.key)?.kind as Sort | undefined) ?? 'text'
}

/** LeafRow is one condition: what it looks at, how it compares, with what. It reads as a part of a sentence. */
export function LeafRow({ leaf, names, no, kinds = every, error, alone, onChange, onRemove }: Props) {
  const { t } = useTranslation('segment')
  const fmt = useFmt()
  const c = leaf.c
  const name = t('condition_no', { no })
  const known = c.kind !== 'field' || names.fields.some((f) => f.key === c.key)
  return (
    <div className={css.leaf} role="group" aria-label={name}>
      <div className={css.words}>
        {c.kind === 'import' ? (
          <p className={css.sentence}>{leafWords(c, { t, fmt, names })}</p>
        ) : (
          <>
            <NativeSelect
              aria-label={`${name}: ${t('subject')}`}
              value={c.kind === 'attribute' || c.kind === 'field' ? `${c.kind}:${c.key}` : c.kind}
              onChange={(e) => onChange(fresh(e.currentTarget.value, names))}
            >
              {!known && <option value={`field:${c.key}`}>{t('gone', { name: c.key })}</option>}
              {kinds.some((k) => behaviour.includes(k)) && <optgroup label={t('group.behaviour')}>{behaviour.map((k) => option(k, t(`kind.${k}`)))}</optgroup>}
              <optgroup label={t('group.contact')}>{Object.keys(attributes).map((k) => option(`attribute:${k}`, t(`attribute.${k}`)))}</optgroup>
              {names.fields.length > 0 && <optgroup label={t('group.fields')}>{names.fields.map((f) => option(`field:${f.key}`, f.label))}</optgroup>}
              <optgroup label={t('group.belongs')}>{kinds.filter((k) => !behaviour.includes(k)).map((k) => option(k, t(`kind.${k}`)))}</optgroup>
            </NativeSelect>
            <Rest key={`${c.kind}:${c.key}`} c={c} names={names} label={`${name}: ${subjectOf(c, { t, names })}`} onChange={onChange} />
          </>
        )}
      </div>
      <Button variant="subtle" color="gray" px="xs" aria-label={t('remove', { name })} onClick={onRemove}>
        <IconTrash size={18} aria-hidden />
      </Button>
      {error && (
        <div className={`${css.error} ${css.foot}`} role="alert">
          {error}
        </div>
      )}
      {!error && alone !== undefined && <div className={`subtle ${css.foot}`}>{t('alone', { count: alone, n: fmt.number(alone) })}</div>}
    </div>
  )
}

const option = (value: string, label: string) => (
  <option key={value} value={value}>
    {label}
  </option>
)

interface RestProps {
  c: Condition
  names: Names
  /** Names the controls for those who do not see them. */
  label: string
  onChange: (c: Condition) => void
}

function Rest(p: RestProps) {
  switch (p.c.kind) {
    case 'attribute':
    case 'field':
      return <Comparison {...p} />
    case 'activity':
      return <Activity {...p} />
    case 'inactivity':
      return <Days {...p} />
    case 'consent':
      return <ConsentRest {...p} />
    case 'stop_list':
      return <Stops {...p} />
    default:
      return <Members {...p} />
  }
}

function Ops({ c, label, ops, onChange }: { c: Condition; label: string; ops: Op[]; onChange: (op: Op) => void }) {
  const { t } = useTranslation('segment')
  return (
    <NativeSelect aria-label={`${label}, ${t('comparison')}`} value={c.op} onChange={(e) => onChange(e.currentTarget.value as Op)}>
      {ops.map((op) => option(op, t(`op.${op}`)))}
    </NativeSelect>
  )
}

function Comparison({ c, names, label, onChange }: RestProps) {
  const of = sortOf(c, names)
  return (
    <>
      <Ops c={c} label={label} ops={opsOf[of].includes(c.op!) ? opsOf[of] : [c.op!, ...opsOf[of]]} onChange={(op) => onChange({ kind: c.kind, key: c.key, op, ...kept(c, op) })} />
      <Operand c={c} of={of} names={names} label={label} onChange={onChange} />
    </>
  )
}

// What was typed stays when the comparison changes to one that takes the same.
function kept(c: Condition, op: Op): Partial<Condition> {
  if (isBare(op)) return {}
  if (isSeveral(op)) return { values: c.values ?? [] }
  if (op === 'between') return { from: c.from, to: c.to }
  if (isByDays(op)) return { days: c.days || 30 }
  if (op === 'anniversary') return { days: c.days ?? 7 }
  return { value: c.value }
}

function Operand({ c, of, names, label, onChange }: RestProps & { of: Sort }) {
  const { t } = useTranslation('segment')
  if (isBare(c.op)) return null
  if (isByDays(c.op) || c.op === 'anniversary') return <Days c={c} names={names} label={label} onChange={onChange} />
  if (isSeveral(c.op)) return <Values c={c} names={names} label={label} onChange={onChange} />
  if (c.op === 'between') {
    return (
      <>
        <Single of={of} label={`${label}, ${t('from')}`} value={c.from} onChange={(from) => onChange({ ...c, from })} />
        <Single of={of} label={`${label}, ${t('to')}`} value={c.to} onChange={(to) => onChange({ ...c, to })} />
      </>
    )
  }
  return <Single of={of} label={`${label}, ${t('value')}`} value={c.value} onChange={(value) => onChange({ ...c, value })} />
}

interface SingleProps {
  of: Sort
  label: string
  value: Condition['value']
  onChange: (v: Condition['value']) => void
}

function Single({ of, label, value, onChange }: SingleProps) {
  const [text, setText] = useState(value === undefined ? '' : String(value))
  const type = (s: string) => {
    setText(s)
    if (of !== 'number') return onChange(s.trim() === '' ? undefined : s)
    const n = Number(s.replaceAll(/[\s\u00a0\u202f]/g, '').replace(',', '.'))
    onChange(s.trim() === '' || Number.isNaN(n) ? undefined : n)
  }
  const day = of === 'date' || of === 'moment'
  return <TextInput aria-label={label} type={day ? 'date' : 'text'} inputMode={of === 'number' ? 'decimal' : undefined} maxLength={200} value={text} onChange={(e) => type(e.currentTarget.value)} />
}

function Values({ c, names, label, onChange }: RestProps) {
  const { t } = useTranslation('segment')
  const field = names.fields.find((f) => f.key === c.key)
  const codes: Record<string, string[]> = { lang: ['ru', 'kk', 'en'], phone_country: countries, phone_operator: operators }
  const fixed = c.kind === 'attribute' ? codes[c.key ?? ''] : field?.options?.length ? field.options : undefined
  const set = (values: string[]) => onChange({ ...c, values })
  const placeholder = (c.values?.length ?? 0) === 0 ? t(fixed ? 'choose' : 'type') : undefined
  if (!fixed) return <TagsInput aria-label={`${label}, ${t('values')}`} placeholder={placeholder} maxTags={100} value={c.values ?? []} onChange={set} acceptValueOnBlur />
  const data = fixed.map((v) => ({ value: v, label: codeText(c.key, v, t) }))
  return <MultiSelect aria-label={`${label}, ${t('values')}`} placeholder={placeholder} searchable data={data} value={c.values ?? []} onChange={set} />
}

function Days({ c, label, onChange }: RestProps) {
  const { t } = useTranslation('segment')
  const [text, setText] = useState(c.days === undefined ? '' : String(c.days))
  const days = Number(text) || 0
  return (
    <TextInput
      data-short
      aria-label={`${label}, ${t('days_label')}`}
      inputMode="numeric"
      maxLength={4}
      value={text}
      rightSectionWidth={56}
      rightSection={<span className="subtle">{t('days', { count: days })}</span>}
      onChange={(e) => {
        const digits = e.currentTarget.value.replaceAll(/\D/g, '')
        setText(digits)
        onChange({ ...c, days: Number(digits) || undefined })
      }}
    />
  )
}

function Members({ c, names, label, onChange }: RestProps) {
  const { t } = useTranslation('segment')
  const data = names.options[c.kind as 'tag' | 'list' | 'segment']
  return (
    <>
      <Ops c={c} label={label} ops={c.kind === 'segment' ? ['any_of', 'none_of'] : ['any_of', 'all_of', 'none_of']} onChange={(op) => onChange({ ...c, op })} />
      <MultiSelect
        aria-label={`${label}, ${t('values')}`}
        placeholder={(c.values?.length ?? 0) === 0 ? t('choose') : undefined}
        searchable
        data={withGone(data, c.values, t)}
        value={c.values ?? []}
        onChange={(values) => onChange({ ...c, values })}
        nothingFoundMessage={t('nothing_to_choose')}
      />
    </>
  )
}

// What was deleted still stands in the condition and must be seen, so that it can be taken out.
function withGone(data: { value: string; label: string }[], values: string[] | undefined, t: (key: string, o: { name: string }) => string) {
  const gone = (values ?? []).filter((v) => !data.some((d) => d.value === v))
  return [...data, ...gone.map((v) => ({ value: v, label: t('gone', { name: v }) }))]
}

function ConsentRest({ c, names, label, onChange }: RestProps) {
  const { t } = useTranslation('segment')
  const topics = names.options.topic
  return (
    <>
      <NativeSelect aria-label={`${label}, ${t('channel_label')}`} value={c.channel} onChange={(e) => onChange({ ...c, channel: e.currentTarget.value as Condition['channel'] })}>
        {['email', 'sms', 'viber', 'whatsapp', 'telegram', 'instagram'].map((k) => option(k, t(`channel.${k}`)))}
      </NativeSelect>
      <NativeSelect
        aria-label={`${label}, ${t('purpose_label')}`}
        value={c.purpose}
        onChange={(e) => onChange({ ...c, purpose: e.currentTarget.value as Condition['purpose'], topic: undefined })}
      >
        {['advertising', 'transactional', 'third_party'].map((k) => option(k, t(`purpose.${k}`)))}
      </NativeSelect>
      {c.purpose === 'advertising' && topics.length > 0 && (
        <NativeSelect aria-label={`${label}, ${t('topic_label')}`} value={c.topic ?? ''} onChange={(e) => onChange({ ...c, topic: e.currentTarget.value || undefined })}>
          {option('', t('any_topic'))}
          {topics.map((x) => option(x.value, x.label))}
        </NativeSelect>
      )}
      <NativeSelect
        aria-label={`${label}, ${t('state_label')}`}
        value={c.state}
        onChange={(e) => onChange({ ...c, state: e.currentTarget.value as Condition['state'], values: undefined })}
      >
        {['granted', 'withdrawn', 'none'].map((k) => option(k, t(`state.${k}`)))}
      </NativeSelect>
    </>
  )
}

function Stops({ c, label, onChange }: RestProps) {
  const { t } = useTranslation('segment')
  return (
    <>
      <NativeSelect aria-label={`${label}, ${t('comparison')}`} value={c.op} onChange={(e) => onChange({ ...c, op: e.currentTarget.value as Op })}>
        {(['is', 'is_not'] as const).map((op) => option(op, t(`stop.${op}`)))}
      </NativeSelect>
      <MultiSelect
        aria-label={`${label}, ${t('reasons')}`}
        placeholder={(c.values?.length ?? 0) === 0 ? t('any_reason') : undefined}
        data={['complaint', 'hard_bounce', 'manual', 'unsubscribed'].map((r) => ({ value: r, label: t(`reason.${r}`) }))}
        value={c.values ?? []}
        onChange={(values) => onChange({ ...c, values: values.length > 0 ? values : undefined })}
      />
    </>
  )
}

const acts = ['opened', 'clicked', 'unopened', 'delivered', 'sent', 'bounced'] as const

function Activity({ c, names, label, onChange }: RestProps) {
  const { t } = useTranslation('segment')
  const scope = c.campaigns ? 'campaigns' : c.last ? 'last' : 'any'
  const scoped = (s: string) =>
    onChange({ ...c, last: s === 'last' ? 5 : undefined, campaigns: s === 'campaigns' ? [] : undefined, times: s === 'campaigns' ? undefined : c.times })
  const act = (v: string) => {
    const [op, a] = v.split('.') as ['did' | 'did_not', NonNullable<Condition['act']>]
    onChange({ ...c, op, act: a, link: a === 'clicked' ? c.link : undefined, exact: a === 'clicked' ? c.exact : undefined })
  }
  return (
    <>
      <NativeSelect aria-label={`${label}, ${t('act_label')}`} value={`${c.op}.${c.act}`} onChange={(e) => act(e.currentTarget.value)}>
        {acts.map((a) => option(`did.${a}`, t(`act.did.${a}`)))}
        {acts.map((a) => option(`did_not.${a}`, t(`act.did_not.${a}`)))}
      </NativeSelect>
      <NativeSelect aria-label={`${label}, ${t('scope_label')}`} value={scope} onChange={(e) => scoped(e.currentTarget.value)}>
        {['last', 'campaigns', 'any'].map((k) => option(k, t(`scope.${k}`)))}
      </NativeSelect>
      {scope === 'last' && <Count c={c} label={`${label}, ${t('last_label')}`} field="last" max={50} onChange={onChange} />}
      {scope === 'campaigns' && (
        <MultiSelect
          aria-label={`${label}, ${t('campaigns_label')}`}
          placeholder={c.campaigns?.length === 0 ? t('choose') : undefined}
          searchable
          data={withGone(names.options.campaign, c.campaigns, t)}
          value={c.campaigns ?? []}
          onChange={(campaigns) => onChange({ ...c, campaigns })}
          nothingFoundMessage={t('nothing_to_choose')}
        />
      )}
      {scope === 'any' && (
        <NativeSelect aria-label={`${label}, ${t('within_label')}`} value={String(c.days ?? '')} onChange={(e) => onChange({ ...c, days: Number(e.currentTarget.value) || undefined })}>
          {option('', t('ever'))}
          {[...new Set([7, 14, 30, 60, 90, 180, 365, ...(c.days ? [c.days] : [])])].toSorted((a, b) => a - b).map((d) => option(String(d), t('words.days', { count: d, n: d })))}
        </NativeSelect>
      )}
      {c.act === 'clicked' && (
        <TextInput aria-label={`${label}, ${t('link_label')}`} placeholder={t('any_link')} maxLength={200} value={c.link ?? ''} onChange={(e) => onChange({ ...c, link: e.currentTarget.value || undefined, exact: undefined })} />
      )}
    </>
  )
}

function Count({ c, label, field, max, onChange }: { c: Condition; label: string; field: 'last' | 'times'; max: number; onChange: (c: Condition) => void }) {
  const [text, setText] = useState(String(c[field] ?? ''))
  return (
    <TextInput
      data-short
      aria-label={label}
      inputMode="numeric"
      maxLength={3}
      value={text}
      onChange={(e) => {
        const digits = e.currentTarget.value.replaceAll(/\D/g, '')
        setText(digits)
        onChange({ ...c, [field]: Math.min(max, Math.max(1, Number(digits) || 1)) })
      }}
    />
  )
}
