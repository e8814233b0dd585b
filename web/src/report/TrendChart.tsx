import '@mantine/charts/styles.layer.css'
import { LineChart } from '@mantine/charts'
import { SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { TrendPoint } from '@/api'
import { useFmt } from '@/lib/useFmt'
import form from '@/ui/Form.module.css'
import { ScrollBox } from '@/ui/ScrollBox'
import css from './Report.module.css'

const series = ['delivered', 'opened', 'clicked', 'unsubscribed', 'complained'] as const
const colours = { delivered: 'var(--k-s1)', opened: 'var(--k-s2)', clicked: 'var(--k-s3)', unsubscribed: 'var(--k-s6)', complained: 'var(--k-s5)' }
const dashes = { delivered: undefined, opened: '6 3', clicked: '2 3', unsubscribed: '1 4', complained: '8 3 2 3' }

/** TrendChart draws the account over time, with the same data as a table. Where nothing is known the line has a gap. */
export default function TrendChart({ points }: { points: TrendPoint[] }) {
  const { t } = useTranslation('report')
  const fmt = useFmt()
  const [view, setView] = useState<'chart' | 'table'>('chart')
  return (
    <div className={form.stack}>
      <SegmentedControl
        aria-label={t('chart.view')}
        value={view}
        onChange={(v) => setView(v as typeof view)}
        data={[
          { value: 'chart', label: t('chart.chart') },
          { value: 'table', label: t('chart.table') },
        ]}
        w="fit-content"
      />
      {view === 'chart' ? (
        <div role="img" aria-label={t('trends.over_time')}>
          <LineChart
            h={280}
            data={points.map((p) => ({ label: fmt.axis(p.from), ...Object.fromEntries(series.map((s) => [s, p.known ? p[s] : null])) }))}
            dataKey="label"
            series={series.map((name) => ({ name, label: t(`trends.${name}`), color: colours[name], strokeDasharray: dashes[name] }))}
            withLegend
            curveType="monotone"
            connectNulls={false}
            withDots={points.filter((p) => p.known).length < 40}
            valueFormatter={(v) => fmt.number(v)}
            lineChartProps={{ accessibilityLayer: false }}
          />
        </div>
      ) : (
        <ScrollBox className={css.scroll} label={t('trends.over_time')}>
          <table className={css.table}>
            <thead>
              <tr>
                <th scope="col">{t('trends.day')}</th>
                {series.map((s) => (
                  <th key={s} scope="col" className={css.n}>
                    {t(`trends.${s}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {points.map((p) => (
                <tr key={p.from}>
                  <td>{fmt.axis(p.from)}</td>
                  {series.map((s) => (
                    <td key={s} className={css.n}>
                      {p.known ? fmt.number(p[s]) : '–'}
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
