import { SegmentedControl } from '@mantine/core'
import { IconChartBar } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { getListGrowth } from '@/api'
import { useFmt } from '@/lib/useFmt'
import { EmptyState } from '@/ui/EmptyState'
import form from '@/ui/Form.module.css'
import { LinkButton } from '@/ui/LinkButton'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { TableSkeleton } from '@/ui/Skeletons'
import { StatTile, StatTiles } from '@/ui/StatTile'
import { useLists } from './contact'
import css from './Growth.module.css'

const Growth = lazy(() => import('./Growth'))

const route = getRouteApi('/cabinet/lists/$id')
const periods = ['7', '30', '90', '365'] as const

/** ListPage tells how a list grew and shrank: by day, with the causes (AUD-5). */
export function ListPage() {
  const { t } = useTranslation(['growth', 'contact'])
  const fmt = useFmt()
  const { id } = route.useParams()
  const { days = 30 } = route.useSearch()
  const navigate = route.useNavigate()
  const lists = useLists()
  const list = lists.data?.find((l) => l.id === id)
  const query = useQuery({
    queryKey: ['list-growth', id, days],
    queryFn: ({ signal }) => getListGrowth({ path: { id }, query: { days }, signal }),
    placeholderData: (old) => old,
  })
  return (
    <Page
      title={list?.name ?? t('title')}
      back={{ to: '/lists', label: t('contact:lists.title') }}
      state={list && t('contact:list.total', { count: list.contacts, n: fmt.number(list.contacts) })}
      primary={<LinkButton link={{ to: '/contacts', search: { list: id } }}>{t('contacts')}</LinkButton>}
    >
      <div className={form.stack}>
        <SegmentedControl
          className={css.view}
          aria-label={t('period')}
          data={periods.map((p) => ({ value: p, label: t(`period.${p}`) }))}
          value={String(days)}
          onChange={(v) => void navigate({ search: { days: v === '30' ? undefined : Number(v) }, replace: true })}
        />
        <Loaded query={query} skeleton={<TableSkeleton rows={6} />}>
          {(g) => (
            <>
              <StatTiles>
                <StatTile label={t('joined')} value={fmt.number(g.joined)} />
                <StatTile label={t('gone')} value={fmt.number(g.gone)} note={t('gone_note')} />
                <StatTile label={t('net')} value={fmt.number(g.joined - g.gone)} />
              </StatTiles>
              {g.joined + g.gone === 0 ? (
                <EmptyState icon={IconChartBar} title={t('empty')} text={t('empty_text')} />
              ) : (
                <Panel title={t('by_day')} hint={t('hint')}>
                  <Suspense fallback={<TableSkeleton rows={6} />}>
                    <Growth days={g.days} />
                  </Suspense>
                </Panel>
              )}
            </>
          )}
        </Loaded>
      </div>
    </Page>
  )
}
