import { Button, SegmentedControl, TextInput } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { Fragment, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Condition, createSegment, ifMatch, once, type Segment, updateSegment } from '@/api'
import { useCan } from '@/app/session'
import { fieldText, type Problem, problemOf } from '@/lib/errors'
import { useFmt } from '@/lib/useFmt'
import { Confirm } from '@/ui/Confirm'
import form from '@/ui/Form.module.css'
import { LinkButton } from '@/ui/LinkButton'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { toastDone } from '@/ui/toast'
import { build, type Built, type Draft, emptyDraft, type Group, groupOf, type Join, type Leaf, leafOf, take } from './draft'
import { fresh, LeafRow } from './Leaf'
import { Live } from './Live'
import type { NewSegmentSearch } from './routes'
import { type Names, segmentKey, segmentsKey, useCount, useNames, useRecipes, useSegment, useUses } from './segment'
import css from './Segment.module.css'
import { sentence } from './words'

/** NewSegment begins with nothing or with a recipe. */
export function NewSegment() {
  const { t } = useTranslation('segment')
  const { recipe } = useSearch({ strict: false }) as NewSegmentSearch
  const recipes = useRecipes()
  if (!recipe) return <Builder segment={null} start={null} name="" />
  return (
    <Loaded query={recipes}>
      {(all) => {
        const start = all.find((r) => r.key === recipe)
        return <Builder segment={null} start={(start?.condition as Condition) ?? null} name={start ? t(`recipe.${start.key}`) : ''} />
      }}
    </Loaded>
  )
}

/** EditSegment changes a segment. */
export function EditSegment() {
  const { id } = useParams({ strict: false }) as { id: string }
  const segment = useSegment(id)
  return <Loaded query={segment}>{(s) => <Builder key={`${s.id}:${s.version}`} segment={s} start={s.condition as Condition} name={s.name} />}</Loaded>
}

interface Props {
  segment: Segment | null
  start: Condition | null
  name: string
}

function Builder({ segment, start, name: named }: Props) {
  const { t } = useTranslation('segment')
  const fmt = useFmt()
  const names = useNames()
  const canEdit = useCan('contacts.edit')
  const [name, setName] = useState(named)
  const [draft, setDraft] = useState<Draft | null>(() => (start ? take(start) : emptyDraft()))
  const built = draft ? build(draft) : start && { condition: start, paths: new Map<number, string>(), parts: new Map<number, number>() }
  const settled = useSettled(built)
  // What names something deleted cannot be counted before it is changed.
  const asFrozen = segment !== null && segment.missing.length > 0 && JSON.stringify(settled?.condition) === JSON.stringify(segment.condition)
  const counted = useCount(asFrozen ? null : (settled?.condition ?? null))
  const save = useSave(segment, name, built)
  const problem = save.problem ?? (counted.error ? problemOf(counted.error) : null)
  const errors = errorsOf(segment, settled, problem, t)
  const moved = JSON.stringify(settled?.condition) !== JSON.stringify(built?.condition)
  const old = moved || counted.isPlaceholderData || counted.isFetching
  return (
    <Page
      title={segment ? segment.name : t('new')}
      state={segment ? t('edit_state') : t('new_state')}
      back={{ to: '/segments', label: t('title') }}
      actions={segment && segment.missing.length === 0 && <ContactsLink id={segment.id} />}
      primary={canEdit && (
        <Button onClick={save.ask} loading={save.busy} disabled={!built || name.trim() === ''}>
          {t('ui:save')}
        </Button>
      )}
    >
      {segment && segment.missing.length > 0 && (
        <div className={form.note} data-tone="warning" role="status">
          {t('frozen_text', { count: segment.contacts ?? 0, n: segment.contacts === null ? '–' : fmt.number(segment.contacts) })}
        </div>
      )}
      {save.problem && <ProblemAlert error={save.problem} />}
      <div className={form.columns}>
        <div className={form.stack}>
          <Panel>
            <div className={form.stack}>
              <TextInput label={t('name')} maxLength={100} value={name} disabled={!canEdit} onChange={(e) => setName(e.currentTarget.value)} />
              {built && names.ready && (
                <p className={css.sentence}>
                  <span className="subtle">{t('in_words')} </span>
                  {sentence(built.condition, { t, fmt, names })}
                </p>
              )}
            </div>
          </Panel>
          {draft ? (
            <Groups draft={draft} set={setDraft} names={names} built={settled} errors={errors} alone={old ? [] : (counted.data?.parts ?? [])} />
          ) : (
            <Panel title={t('deep')} hint={t('deep_text')} />
          )}
          {segment && <Uses id={segment.id} />}
        </div>
        <Live built={asFrozen ? null : built} count={counted.data} old={old} error={counted.error} />
      </div>
      <Confirm opened={save.asking} onClose={save.back} title={t('used_title')} action={t('ui:save')} danger={false} onConfirm={save.send}>
        <p>{t('used_text')}</p>
      </Confirm>
    </Page>
  )
}

function ContactsLink({ id }: { id: string }) {
  const { t } = useTranslation('segment')
  return (
    <LinkButton variant="default" link={{ to: '/contacts', search: { segment: id } }}>
      {t('contacts')}
    </LinkButton>
  )
}

// useSettled gives the condition as it was when nothing had changed for a moment: each letter typed is not a question.
function useSettled(built: Built | null): Built | null {
  const text = JSON.stringify(built?.condition ?? null)
  const [state, set] = useState({ text, built })
  useEffect(() => {
    const timer = setTimeout(() => set({ text, built }), 400)
    return () => clearTimeout(timer)
    // The text stands for the condition: a new object with the same words asks nothing new.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [text])
  return state.built
}

type T = (key: string, o?: Record<string, unknown>) => string

// Errors by condition: what the server says of the present tree, and what a saved segment lacks.
function errorsOf(segment: Segment | null, built: Built | null, problem: Problem | null, t: T): Map<number, string> {
  const out = new Map<number, string>()
  if (!built) return out
  const at = (path: string) => [...built.paths].find(([, p]) => path === p || path.startsWith(`${p}.`))?.[0]
  for (const m of segment?.missing ?? []) {
    const key = at(m.path)
    if (key !== undefined) out.set(key, t('missing', { what: t(`missing.${m.kind}`) }))
  }
  for (const e of problem?.errors ?? []) {
    const key = at(e.path.replace(/^body\./, ''))
    if (key !== undefined) out.set(key, fieldText(e))
  }
  return out
}

function useSave(segment: Segment | null, name: string, built: Built | null) {
  const { t } = useTranslation('segment')
  const client = useQueryClient()
  const navigate = useNavigate()
  const uses = useUses(segment?.id ?? '')
  const [key] = useState(once)
  const [busy, setBusy] = useState(false)
  const [asking, setAsking] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const send = async () => {
    if (!built) return
    setBusy(true)
    setProblem(null)
    try {
      const body = { name: name.trim(), condition: built.condition }
      const saved = segment
        ? await updateSegment({ path: { id: segment.id }, headers: ifMatch(segment.version), body })
        : await createSegment({ headers: key, body })
      client.setQueryData(segmentKey(saved.id), saved)
      client.setQueryData<Segment[]>(segmentsKey, (all) => all?.map((x) => (x.id === saved.id ? saved : x)))
      void client.invalidateQueries({ queryKey: segmentsKey })
      toastDone(t('saved'))
      void navigate({ to: '/segments' })
    } catch (e) {
      setProblem(problemOf(e))
    } finally {
      setBusy(false)
    }
  }
  const used = segment !== null && (uses.data ?? []).some((u) => u.open)
  return { busy, problem, asking, send, back: () => setAsking(false), ask: () => (used ? setAsking(true) : void send()) }
}

interface GroupsProps {
  draft: Draft
  set: (d: Draft) => void
  names: Names
  built: Built | null
  errors: Map<number, string>
  /** Counts of single conditions, by their place in the topmost group. */
  alone: number[]
}

function Groups({ draft, set, names, built, errors, alone }: GroupsProps) {
  const { t } = useTranslation('segment')
  const first = (g: Group) => draft.groups.slice(0, draft.groups.indexOf(g)).reduce((n, x) => n + x.leaves.length, 0)
  const change = (g: Group, next: Group | null) =>
    set({ ...draft, groups: next ? draft.groups.map((x) => (x === g ? next : x)) : draft.groups.filter((x) => x !== g) })
  const of = (uid: number) => {
    const i = built?.parts.get(uid)
    return i === undefined ? undefined : alone[i]
  }
  const total = draft.groups.reduce((n, g) => n + g.leaves.length, 0)
  return (
    <>
      {draft.groups.map((g, i) => (
        <Fragment key={g.uid}>
          {i > 0 && <JoinSwitch label={t('join_groups')} value={draft.join} onChange={(join) => set({ ...draft, join })} />}
          <div className={css.group} role="group" aria-label={t('group_no', { no: i + 1 })}>
            <div className={css.legend}>{t(i === 0 ? 'who' : 'who_more')}</div>
            <Leaves
              leaves={g.leaves}
              first={first(g)}
              names={names}
              errors={errors}
              alone={of}
              join={g.join}
              onJoin={(join) => change(g, { ...g, join })}
              onChange={(leaves) => change(g, leaves.length === 0 && draft.groups.length > 1 ? null : { ...g, leaves })}
            />
          </div>
        </Fragment>
      ))}
      <div className={form.buttons}>
        <Button variant="default" disabled={total === 0} leftSection={<IconPlus size={16} aria-hidden />} onClick={() => set({ ...draft, groups: [...draft.groups, groupOf([startLeaf(names)])] })}>
          {t('add_group')}
        </Button>
        {draft.except.length === 0 && (
          <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => set({ ...draft, except: [startLeaf(names)] })}>
            {t('add_except')}
          </Button>
        )}
      </div>
      {draft.except.length > 0 && (
        <div className={css.group} data-tone="except" role="group" aria-label={t('except')}>
          <div className={css.legend}>{t('except_who')}</div>
          <Leaves leaves={draft.except} first={total} names={names} errors={errors} alone={() => undefined} onChange={(except) => set({ ...draft, except })} />
        </div>
      )}
    </>
  )
}

const startLeaf = (names: Names) => leafOf(fresh('activity', names))

interface LeavesProps {
  leaves: Leaf[]
  /** How many conditions stand before. */
  first: number
  names: Names
  errors: Map<number, string>
  alone: (uid: number) => number | undefined
  join?: Join
  onJoin?: (j: Join) => void
  onChange: (leaves: Leaf[]) => void
}

function Leaves({ leaves, first, names, errors, alone, join = 'any', onJoin, onChange }: LeavesProps) {
  const { t } = useTranslation('segment')
  return (
    <>
      {leaves.map((l, i) => (
        <Fragment key={l.uid}>
          {i > 0 && (onJoin ? <JoinSwitch label={t('join_conditions')} value={join} onChange={onJoin} /> : <span className="subtle">{t('join.any')}</span>)}
          <LeafRow
            leaf={l}
            names={names}
            no={first + i + 1}
            error={errors.get(l.uid)}
            alone={alone(l.uid)}
            onChange={(c) => onChange(leaves.map((x) => (x === l ? { ...l, c } : x)))}
            onRemove={() => onChange(leaves.filter((x) => x !== l))}
          />
        </Fragment>
      ))}
      <div>
        <Button variant={leaves.length === 0 ? 'filled' : 'subtle'} size="compact-md" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => onChange([...leaves, startLeaf(names)])}>
          {t('add_condition')}
        </Button>
      </div>
    </>
  )
}

function JoinSwitch({ label, value, onChange }: { label: string; value: Join; onChange: (j: Join) => void }) {
  const { t } = useTranslation('segment')
  return (
    <div className={css.between}>
      <SegmentedControl
        aria-label={label}
        size="xs"
        value={value}
        onChange={(v) => onChange(v as Join)}
        data={[
          { value: 'all', label: t('join.all') },
          { value: 'any', label: t('join.any') },
        ]}
      />
    </div>
  )
}

function Uses({ id }: { id: string }) {
  const { t } = useTranslation('segment')
  const uses = useUses(id)
  if (!uses.data || uses.data.length === 0) return null
  return (
    <Panel title={t('uses')}>
      <ul className={form.rows}>
        {uses.data.map((u) => (
          <li key={u.id}>
            <LinkButton variant="subtle" link={u.kind === 'campaign' ? { to: '/campaigns/$id', params: { id: u.id } } : { to: '/segments/$id', params: { id: u.id } }}>
              {t(`use.${u.kind}`)}: {u.name}
            </LinkButton>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
