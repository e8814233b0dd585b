import '@mantine/charts/styles.layer.css'
import { BarChart } from '@mantine/charts'
import { SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { GrowthDay } from '@/api'
import { useFmt } from '@/lib/useFmt'
import form from '@/ui/Form.module.css'
import { ScrollBox } from '@/ui/ScrollBox'
import css from './Growth.module.css'

/** Growth draws who came and who went day by day, with the same figures and their causes as a table. */
export default function Growth({ days }: { days: GrowthDay[] }) {
  const { t } = useTranslation('growth')
  const fmt = useFmt()
  const [view, setView] = useState<'chart' | 'table'>('chart')
  const label = (day: string) => fmt.axis(`${day}T12:00:00Z`)
  return (
    <div className={form.stack}>
      <SegmentedControl
        className={css.view}
        aria-label={t('view')}
        value={view}
        onChange={(v) => setView(v as typeof view)}
        data={[
          { value: 'chart', label: t('chart') },
          { value: 'table', label: t('table') },
        ]}
      />
      {view === 'chart' ? (
        <div role="img" aria-label={t('by_day')}>
          <BarChart
            h={280}
            type="stacked"
            data={days.map((d) => ({ label: label(d.day), joined: d.joined, gone: -d.gone }))}
            dataKey="label"
            series={[
              { name: 'joined', label: t('joined'), color: 'var(--k-s1)' },
              { name: 'gone', label: t('gone'), color: 'var(--k-s5)' },
            ]}
            withLegend
            valueFormatter={(v) => fmt.number(Math.abs(v))}
            barChartProps={{ accessibilityLayer: false, stackOffset: 'sign' }}
          />
        </div>
      ) : (
        <Table days={days} />
      )}
    </div>
  )
}

function Table({ days }: { days: GrowthDay[] }) {
  const { t } = useTranslation('growth')
  const fmt = useFmt()
  const busy = days.filter((d) => d.joined + d.gone > 0).reverse()
  const words = (d: GrowthDay, side: 'joined' | 'gone') =>
    d.causes
      .filter((c) => c[side] > 0)
      .map((c) => `${t(`cause.${c.cause}`)} ${fmt.number(c[side])}`)
      .join(', ')
  return (
    <ScrollBox className={css.scroll} label={t('by_day')}>
      <table className={css.table}>
        <thead>
          <tr>
            <th scope="col">{t('day')}</th>
            <th scope="col" className={css.n}>
              {t('joined')}
            </th>
            <th scope="col">{t('from')}</th>
            <th scope="col" className={css.n}>
              {t('gone')}
            </th>
            <th scope="col">{t('why')}</th>
          </tr>
        </thead>
        <tbody>
          {busy.map((d) => (
            <tr key={d.day}>
              <td>{fmt.shortDate(`${d.day}T12:00:00Z`)}</td>
              <td className={css.n}>{fmt.number(d.joined)}</td>
              <td>{words(d, 'joined')}</td>
              <td className={css.n}>{fmt.number(d.gone)}</td>
              <td>{words(d, 'gone')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  )
}
