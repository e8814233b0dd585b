import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { chooseWinner, once, type SplitReport, type VariantReport } from '@/api'
import { campaignKey } from '@/campaign/campaign'
import { useFmt } from '@/lib/useFmt'
import { Confirm } from '@/ui/Confirm'
import form from '@/ui/Form.module.css'
import { Panel } from '@/ui/Panel'
import { ScrollBox } from '@/ui/ScrollBox'
import { StatusPill } from '@/ui/StatusPill'
import css from './Report.module.css'

const letter = (name: string) => name.toUpperCase()

/** SplitPanel puts the variants of an A/B test side by side and says what the difference is worth (MSG-11). */
export function SplitPanel({ campaign, split: s }: { campaign: string; split: SplitReport }) {
  const { t } = useTranslation('report')
  const fmt = useFmt()
  const client = useQueryClient()
  const [choosing, setChoosing] = useState<VariantReport['name'] | null>(null)
  const choose = async () => {
    await chooseWinner({ path: { id: campaign }, headers: once(), body: { variant: choosing! } })
    await client.invalidateQueries({ queryKey: campaignKey(campaign) })
  }
  return (
    <Panel title={t('split.title')} hint={t(`split.by_${s.split.by}`)} flush>
      <div className={css.pad}>
        <p>
          <strong>{state(s, t, fmt)}</strong>
        </p>
        <p className="muted">{worth(s, t, fmt)}</p>
      </div>
      <ScrollBox className={css.scroll} label={t('split.title')}>
        <table className={css.table}>
          <thead>
            <tr>
              <th scope="col">{t('split.variant')}</th>
              {(['sent', 'delivered', 'opened', 'clicked', 'unsubscribed', 'complained'] as const).map((k) => (
                <th key={k} scope="col" className={css.n}>
                  {t(`split.${k}`)}
                </th>
              ))}
              {s.can_choose && (
                <th scope="col">
                  <span className="hidden-visually">{t('split.choose')}</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {s.variants.map((v) => (
              <tr key={v.name}>
                <td className={css.long}>
                  <strong>{letter(v.name)}</strong> {s.split.by === 'from_name' ? v.from_name || t('split.own_name') : s.split.by === 'time' ? t('split.after', { time: fmt.duration(v.after_minutes * 60) }) : v.subject}{' '}
                  {s.winner === v.name && <StatusPill tone="success">{t('split.won')}</StatusPill>}
                </td>
                <td className={css.n}>{fmt.number(v.counts.total)}</td>
                <td className={css.n}>{fmt.number(v.counts.delivered)}</td>
                <td className={css.n}>
                  {fmt.number(v.counts.opened)} · {fmt.share(v.counts.opened, v.counts.delivered)}
                </td>
                <td className={css.n}>
                  {fmt.number(v.counts.clicked)} · {fmt.share(v.counts.clicked, v.counts.delivered)}
                </td>
                <td className={css.n}>{fmt.number(v.counts.unsubscribed)}</td>
                <td className={css.n}>{fmt.number(v.counts.complained)}</td>
                {s.can_choose && (
                  <td>
                    <Button variant="default" size="compact-sm" onClick={() => setChoosing(v.name)}>
                      {t('split.choose_one', { name: letter(v.name) })}
                    </Button>
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
      <p className={`${css.pad} subtle`}>{t('split.rest', { count: s.rest.total, n: fmt.number(s.rest.total) })}</p>
      <Confirm
        opened={choosing !== null}
        onClose={() => setChoosing(null)}
        title={t('split.choose_title', { name: letter(choosing ?? 'a'), n: fmt.number(s.rest.total) })}
        action={t('split.choose_one', { name: letter(choosing ?? 'a') })}
        onConfirm={choose}
        danger={false}
      >
        <p className={form.main}>{t('split.choose_text')}</p>
      </Confirm>
    </Panel>
  )
}

type T = ReturnType<typeof useTranslation<'report'>>['t']
type Fmt = ReturnType<typeof useFmt>

// Where the test is.
function state(s: SplitReport, t: T, fmt: Fmt): string {
  if (s.winner) return t(`split.basis_${s.basis!}`, { name: letter(s.winner), when: fmt.dateTime(s.decided_at!) })
  if (!s.tested_at) return t('split.running')
  return s.decide_at ? t('split.waiting', { when: fmt.dateTime(s.decide_at) }) : t('split.by_hand')
}

// What the figures of this moment are good for, in words.
function worth(s: SplitReport, t: T, fmt: Fmt): string {
  if (s.standing !== 'rule') return t(`split.worth_${s.standing}`)
  const points = { name: letter(s.leader), points: fmt.percent(s.difference) }
  return s.sure ? t('split.worth_sure', points) : t('split.worth_chance', points)
}
