import { SegmentedControl } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type FormDay, type FormPage, getFormStats } from '@/api'
import { useFmt } from '@/lib/useFmt'
import { DataTable } from '@/ui/DataTable'
import form from '@/ui/Form.module.css'
import { Loaded } from '@/ui/Loaded'
import { Panel } from '@/ui/Panel'
import { StatTile, StatTiles } from '@/ui/StatTile'
import css from './Form.module.css'
import { formKey, share } from './form'

const periods = [7, 30, 90]

/** Figures tell how the form does: by day, and by the page where it stands. */
export function Figures({ id }: { id: string }) {
  const { t } = useTranslation('form')
  const fmt = useFmt()
  const [days, setDays] = useState(30)
  const query = useQuery({ queryKey: [...formKey(id), 'stats', days], queryFn: ({ signal }) => getFormStats({ path: { id }, query: { days }, signal }) })
  const of = (part: number, whole: number) => {
    const s = share(part, whole)
    return s === null ? undefined : fmt.percent(s)
  }
  return (
    <div className={form.stack}>
      <SegmentedControl
        className={css.period}
        aria-label={t('stats.period')}
        data={periods.map((d) => ({ value: String(d), label: t('stats.days', { count: d, n: fmt.number(d) }) }))}
        value={String(days)}
        onChange={(v) => setDays(Number(v))}
      />
      <Loaded query={query}>
        {(s) => (
          <div className={form.stack}>
            <StatTiles>
              <StatTile label={t('stats.views')} value={fmt.number(s.total.views)} />
              <StatTile label={t('stats.submissions')} value={fmt.number(s.total.submissions)} note={of(s.total.submissions, s.total.views)} />
              <StatTile label={t('stats.confirmed')} value={fmt.number(s.total.confirmed)} note={of(s.total.confirmed, s.total.submissions)} />
              <StatTile label={t('stats.held')} value={fmt.number(s.total.held)} tone={s.total.held > 0 ? 'warning' : 'neutral'} />
            </StatTiles>
            <Panel title={t('stats.by_day')}>
              <Chart days={s.days} />
            </Panel>
            <Panel title={t('stats.by_page')} flush>
              <DataTable
                label={t('stats.by_page')}
                rows={s.pages}
                rowKey={(p: FormPage) => p.page}
                empty={<p className="subtle" style={{ padding: 'var(--k-5)' }}>{t('stats.none')}</p>}
                columns={[
                  { key: 'page', header: t('stats.page'), cell: (p) => (p.page === '…' ? t('stats.other') : p.page), width: '45%', phone: 'title' },
                  { key: 'views', header: t('stats.views'), numeric: true, cell: (p) => fmt.number(p.views), phone: 'line' },
                  { key: 'submissions', header: t('stats.submissions'), numeric: true, cell: (p) => fmt.number(p.submissions), phone: 'line' },
                  { key: 'confirmed', header: t('stats.confirmed'), numeric: true, cell: (p) => fmt.number(p.confirmed), phone: 'side' },
                ]}
              />
            </Panel>
          </div>
        )}
      </Loaded>
    </div>
  )
}

// A bar per day: all submissions, the confirmed part darker. The table of figures is read by screen readers.
function Chart({ days }: { days: FormDay[] }) {
  const { t } = useTranslation('form')
  const fmt = useFmt()
  const most = Math.max(1, ...days.map((d) => d.submissions))
  const say = (d: FormDay) => t('stats.day', { date: fmt.date(d.date), submissions: fmt.number(d.submissions), confirmed: fmt.number(d.confirmed), views: fmt.number(d.views) })
  const first = days[0]
  const last = days.at(-1)
  return (
    <div role="img" aria-label={days.filter((d) => d.submissions + d.views > 0).map(say).join('; ') || t('stats.none')}>
      <div className={css.axis}>
        {days.some((d) => d.submissions > 0) && `${t('stats.submissions')}: ${fmt.number(most)}`}
      </div>
      <div className={css.chart}>
        {days.map((d) => (
          <div key={d.date} className={css.bar} title={say(d)}>
            <span data-rest style={{ height: `${((Math.max(0, d.submissions - d.confirmed)) / most) * 100}%` }} />
            <span style={{ height: `${(Math.min(d.confirmed, d.submissions) / most) * 100}%` }} />
          </div>
        ))}
      </div>
      <div className={css.axis}>
        <span>{first && fmt.axis(first.date)}</span>
        <span>{last && fmt.axis(last.date)}</span>
      </div>
    </div>
  )
}
