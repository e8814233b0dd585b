import { Button, NumberInput, Select, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Campaign, PatchCampaignInputBody, Split, SplitVariant } from '@/api'
import { LetterEditor } from '@/content/LetterEditor'
import { useFmt } from '@/lib/useFmt'
import form from '@/ui/Form.module.css'
import { Panel } from '@/ui/Panel'
import { usePreflight } from './preflight'

const aspects = ['subject', 'from_name', 'letter', 'time'] as const
const rules = ['opens', 'clicks', 'hand'] as const
const waits = [60, 120, 240, 480, 1440, 2880]
const shares = [10, 20, 30, 40, 50, 100]
const most = 3

interface Props {
  campaign: Campaign
  change: (next: PatchCampaignInputBody) => void
  disabled: boolean
}

/** SplitChoice sets up an A/B test: what differs, who takes part, and what makes the winner (MSG-11). */
export function SplitChoice({ campaign: c, change, disabled }: Props) {
  const { t } = useTranslation('campaign')
  const s = c.split
  const first = (by: Split['by']): SplitVariant => (by === 'letter' ? { letter: c.letter } : by === 'time' ? { after_minutes: 480 } : {})
  const start = () => change({ split: { by: 'subject', variants: [{}], share: 20, rule: 'opens', wait_minutes: 240 } })
  const stop = () => change({ split: { by: 'subject', variants: [], share: 20, rule: 'opens', wait_minutes: 240 } })
  const on = s && s.variants.length > 0
  return (
    <div id="part-split" tabIndex={-1}>
      <Panel
        title={t('split.title')}
        hint={t('split.hint')}
        aside={
          !disabled && (
            <Button variant="default" onClick={on ? stop : start}>
              {on ? t('split.remove') : t('split.add')}
            </Button>
          )
        }
      >
        {on ? (
          <div className={form.form}>
            <Select
              label={t('split.by')}
              data={aspects.filter((a) => a !== 'letter' || !c.letter.doc).map((value) => ({ value, label: t(`split.by_${value}`) }))}
              value={s.by}
              allowDeselect={false}
              disabled={disabled}
              onChange={(v) => change({ split: { ...s, by: v as Split['by'], variants: [first(v as Split['by'])] } })}
              w={320}
              maw="100%"
            />
            <p className="subtle">{t(`split.a_${s.by}`)}</p>
            <Variants campaign={c} split={s} change={change} disabled={disabled} />
            {s.variants.length < most && !disabled && (
              <div className={form.buttons}>
                <Button variant="subtle" onClick={() => change({ split: { ...s, variants: [...s.variants, first(s.by)] } })}>
                  {t('split.more')}
                </Button>
              </div>
            )}
            <Rules split={s} change={change} disabled={disabled} />
            <Summary id={c.id} split={s} />
          </div>
        ) : (
          <p className="muted">{t('split.none')}</p>
        )}
      </Panel>
    </div>
  )
}

function Variants({ campaign: c, split: s, change, disabled }: Props & { split: Split }) {
  const { t } = useTranslation('campaign')
  const set = (i: number, v: SplitVariant) => change({ split: { ...s, variants: s.variants.map((old, k) => (k === i ? v : old)) } })
  return s.variants.map((v, i) => {
    const name = t('split.variant', { name: 'BCD'[i] })
    return (
      <div key={i} className={form.stack} role="group" aria-label={name}>
        {s.by === 'subject' && (
          <TextInput label={name} placeholder={c.letter.subject} value={v.subject ?? ''} maxLength={255} disabled={disabled} onChange={(e) => set(i, { subject: e.currentTarget.value })} />
        )}
        {s.by === 'from_name' && (
          <TextInput label={name} description={t('split.from_name_hint')} value={v.from_name ?? ''} maxLength={100} disabled={disabled} onChange={(e) => set(i, { from_name: e.currentTarget.value })} />
        )}
        {s.by === 'time' && (
          <NumberInput
            label={name}
            description={t('split.after_hint')}
            value={(v.after_minutes ?? 0) / 60}
            min={1}
            max={168}
            disabled={disabled}
            onChange={(n) => set(i, { after_minutes: Math.round(Number(n) * 60) })}
            w={240}
            maw="100%"
          />
        )}
        {s.by === 'letter' && v.letter && (
          <>
            <h3>{name}</h3>
            <LetterEditor letter={v.letter} onChange={(letter) => set(i, { letter })} problems={[]} disabled={disabled} />
          </>
        )}
        {s.variants.length > 1 && !disabled && (
          <div className={form.buttons}>
            <Button variant="subtle" color="red" onClick={() => change({ split: { ...s, variants: s.variants.filter((_, k) => k !== i) } })}>
              {t('split.drop', { name: 'BCD'[i] })}
            </Button>
          </div>
        )}
      </div>
    )
  })
}

function Rules({ split: s, change, disabled }: { split: Split; change: Props['change']; disabled: boolean }) {
  const { t } = useTranslation('campaign')
  const fmt = useFmt()
  const having = (list: number[], own: number) => (list.includes(own) ? list : [...list, own].toSorted((a, b) => a - b))
  return (
    <div className={form.pair}>
      <Select
        label={t('split.share')}
        data={having(shares, s.share).map((n) => ({ value: String(n), label: fmt.percent(n / 100) }))}
        value={String(s.share)}
        allowDeselect={false}
        disabled={disabled}
        onChange={(v) => change({ split: { ...s, share: Number(v) } })}
      />
      <Select
        label={t('split.rule')}
        data={rules.map((value) => ({ value, label: t(`split.rule_${value}`) }))}
        value={s.rule}
        allowDeselect={false}
        disabled={disabled}
        onChange={(v) => change({ split: { ...s, rule: v as Split['rule'] } })}
      />
      {s.rule !== 'hand' && (
        <Select
          label={t('split.wait')}
          data={having(waits, s.wait_minutes).map((n) => ({ value: String(n), label: fmt.duration(n * 60) }))}
          value={String(s.wait_minutes)}
          allowDeselect={false}
          disabled={disabled}
          onChange={(v) => change({ split: { ...s, wait_minutes: Number(v) } })}
        />
      )}
    </div>
  )
}

function Summary({ id, split: s }: { id: string; split: Split }) {
  const { t } = useTranslation('campaign')
  const fmt = useFmt()
  const { data } = usePreflight(id)
  const people = data?.reachable ?? 0
  const part = Math.round((people * s.share) / 100)
  return (
    <p className={form.note}>
      {t('split.summary', { each: fmt.number(Math.floor(part / (s.variants.length + 1))), rest: fmt.number(people - part) })} {t(s.rule === 'hand' ? 'split.summary_hand' : 'split.summary_rule')}
    </p>
  )
}
