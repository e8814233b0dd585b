import { Select } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { getTrend } from '@/api'
import { useMe } from '@/app/session'
import { partsIn } from '@/lib/fmt'
import { useFmt } from '@/lib/useFmt'
import { EmptyState } from '@/ui/EmptyState'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { TilesSkeleton } from '@/ui/Skeletons'
import { StatTile, StatTiles } from '@/ui/StatTile'
import { type Period, periods } from './period'

const Chart = lazy(() => import('./TrendChart'))
const route = getRouteApi('/cabinet/reports')

const two = (n: number) => String(n).padStart(2, '0')

// The period in days of the account's zone, and how wide its steps are.
function asked(period: Period, zone: string) {
  const day = (at: number) => {
    const p = partsIn(at, zone)
    return `${p.year}-${two(p.month)}-${two(p.day)}`
  }
  const now = Date.now()
  const step = period === '365' ? ('week' as const) : ('day' as const)
  return { from: day(now - (Number(period) - 1) * 86_400_000), to: day(now), step }
}

/** Trends shows what came of all campaigns over time (MSG-11). Days on which nothing happened are gaps, not zeros. */
export function Trends() {
  const { t } = useTranslation('report')
  const fmt = useFmt()
  const { account } = useMe()
  const { period = '30' } = route.useSearch()
  const navigate = route.useNavigate()
  const query = useQuery({
    queryKey: ['trend', period],
    queryFn: ({ signal }) => getTrend({ query: asked(period, account.zone), signal }),
    placeholderData: keepPreviousData,
  })
  return (
    <Page title={t('trends.title')}>
      <Select
        label={t('trends.period')}
        data={periods.map((value) => ({ value, label: t(`trends.days_${value}`) }))}
        value={period}
        allowDeselect={false}
        onChange={(v) => void navigate({ to: '/reports', search: { period: v as Period }, replace: true })}
        w={240}
        mb="md"
      />
      <Loaded query={query} skeleton={<TilesSkeleton />}>
        {({ points }) => {
          const sum = (k: 'sent' | 'delivered' | 'opened' | 'clicked' | 'unsubscribed' | 'complained') => points.reduce((n, p) => n + p[k], 0)
          if (!points.some((p) => p.known)) return <EmptyState title={t('trends.empty')} text={t('trends.empty_text')} />
          const of = (k: 'opened' | 'clicked' | 'unsubscribed' | 'complained') => t('tile.share', { share: fmt.share(sum(k), sum('delivered')) })
          return (
            <>
              <StatTiles>
                <StatTile label={t('trends.sent')} value={fmt.number(sum('sent'))} />
                <StatTile label={t('trends.delivered')} value={fmt.number(sum('delivered'))} note={t('tile.share', { share: fmt.share(sum('delivered'), sum('sent')) })} />
                <StatTile label={t('trends.opened')} value={fmt.number(sum('opened'))} note={of('opened')} />
                <StatTile label={t('trends.clicked')} value={fmt.number(sum('clicked'))} note={of('clicked')} />
                <StatTile label={t('trends.unsubscribed')} value={fmt.number(sum('unsubscribed'))} note={of('unsubscribed')} />
                <StatTile label={t('trends.complained')} value={fmt.number(sum('complained'))} note={of('complained')} tone={sum('complained') > 0 ? 'danger' : 'neutral'} />
              </StatTiles>
              <Panel title={t('trends.over_time')} hint={t('trends.over_time_hint')}>
                <Suspense fallback={<TilesSkeleton tiles={1} />}>
                  <Chart points={points} />
                </Suspense>
              </Panel>
            </>
          )
        }}
      </Loaded>
    </Page>
  )
}
