import '@mantine/charts/styles.layer.css'
import { LineChart } from '@mantine/charts'
import { SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { TimelineStep } from '@/api'
import { useFmt } from '@/lib/useFmt'
import form from '@/ui/Form.module.css'
import { ScrollBox } from '@/ui/ScrollBox'
import css from './Report.module.css'

const series = ['delivered', 'opened', 'clicked', 'failed', 'unsubscribed'] as const
const colours = { delivered: 'var(--k-s1)', opened: 'var(--k-s2)', clicked: 'var(--k-s3)', failed: 'var(--k-s5)', unsubscribed: 'var(--k-s6)' }
const dashes = { delivered: undefined, opened: '6 3', clicked: '2 3', failed: '8 3 2 3', unsubscribed: '1 4' }

interface Props {
  steps: TimelineStep[]
  /** Width of a step. */
  seconds: number
}

/** Chart draws what happened over time, with the same data as a table. */
export default function Chart({ steps, seconds }: Props) {
  const { t } = useTranslation('report')
  const fmt = useFmt()
  const [view, setView] = useState<'chart' | 'table'>('chart')
  const label = (at: string) => (seconds < 3600 ? fmt.time(at) : `${fmt.axis(at)}, ${fmt.time(at)}`)
  const best = steps.reduce((a, b) => (b.opened > a.opened ? b : a), steps[0]!)
  return (
    <div className={form.stack}>
      <div className={form.buttons}>
        <SegmentedControl
          aria-label={t('chart.view')}
          value={view}
          onChange={(v) => setView(v as typeof view)}
          data={[
            { value: 'chart', label: t('chart.chart') },
            { value: 'table', label: t('chart.table') },
          ]}
        />
        <span className="subtle">{best.opened > 0 ? t('chart.summary', { time: fmt.shortDateTime(best.at), n: fmt.number(best.opened) }) : ''}</span>
      </div>
      {view === 'chart' ? (
        <div role="img" aria-label={t('chart.title')}>
          <LineChart
            h={280}
            data={steps.map((s) => ({ ...s, label: label(s.at) }))}
            dataKey="label"
            series={series.map((name) => ({ name, label: t(`chart.${name}`), color: colours[name], strokeDasharray: dashes[name] }))}
            withLegend
            curveType="monotone"
            withDots={steps.length < 3}
            valueFormatter={(v) => fmt.number(v)}
            lineChartProps={{ accessibilityLayer: false }}
          />
        </div>
      ) : (
        <ScrollBox className={css.scroll} label={t('chart.title')}>
          <table className={css.table}>
            <thead>
              <tr>
                <th scope="col">{t('chart.time')}</th>
                {series.map((s) => (
                  <th key={s} scope="col" className={css.n}>
                    {t(`chart.${s}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {steps.map((s) => (
                <tr key={s.at}>
                  <td>{label(s.at)}</td>
                  {series.map((x) => (
                    <td key={x} className={css.n}>
                      {fmt.number(s[x])}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollBox>
      )}
    </div>
  )
}
