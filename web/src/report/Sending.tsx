import { Progress } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Campaign, Report } from '@/api'
import { settled } from '@/campaign/campaign'
import { useStream } from '@/lib/sse'
import { useFmt } from '@/lib/useFmt'
import form from '@/ui/Form.module.css'
import { Panel } from '@/ui/Panel'

/** Sending shows how far a campaign is: the bar, how many have gone, the rate, the time left. */
export function Sending({ campaign: c, report: r }: { campaign: Campaign; report: Report }) {
  const { t } = useTranslation('report')
  const fmt = useFmt()
  const stream = useStream()
  const done = settled(r.counts)
  const left = r.ends_at ? Math.max(0, (new Date(r.ends_at).getTime() - new Date(r.at).getTime()) / 1000) : 0
  return (
    <Panel>
      <div className={form.stack}>
        <div className={form.buttons}>
          <strong className="tabular">{t('sending.of', { done: fmt.number(done), total: fmt.number(r.counts.total) })}</strong>
          {c.state === 'paused' && <span>{t('sending.paused')}</span>}
          {r.per_second > 0 && r.counts.pending > 0 && <span className="muted tabular">{t('sending.rate', { rate: fmt.number(r.per_second, r.per_second < 10 ? 1 : 0) })}</span>}
          {left > 0 && <span className="muted">{t('sending.left', { time: fmt.duration(left) })}</span>}
          {r.counts.retrying > 0 && <span className="muted">{t('sending.retrying', { count: r.counts.retrying, n: fmt.number(r.counts.retrying) })}</span>}
        </div>
        <Progress value={r.counts.total > 0 ? (done / r.counts.total) * 100 : 0} size="lg" aria-label={t('sending.bar')} />
        {!stream.up && <p className="subtle">{t('sending.old', { when: fmt.relative(r.at) })}</p>}
      </div>
    </Panel>
  )
}
