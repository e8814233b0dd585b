import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { type CampaignSummary, listCampaigns } from '@/api'
import { useCan, useMe } from '@/app/session'
import { useLive, usePolling } from '@/lib/sse'
import { useFmt } from '@/lib/useFmt'
import { CampaignPill } from '@/ui/CampaignPill'
import { type Column, DataTable } from '@/ui/DataTable'
import { EmptyState } from '@/ui/EmptyState'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { TableSkeleton } from '@/ui/Skeletons'
import { Checklist } from './Checklist'
import { Tiles } from './Tiles'
import { useFirstSteps } from './firstSteps'

/** Home tells what needs the person now: the first steps, later the figures and the last campaigns. */
export function Home() {
  const { t } = useTranslation('home')
  const me = useMe()
  const canCreate = useCan('campaigns.edit')
  const steps = useFirstSteps()
  const primary = canCreate && steps.data?.every((s) => s.done) && (
    <Button renderRoot={(props) => <Link {...props} to={'/campaigns/new' as '/'} />}>{t('create')}</Button>
  )
  return (
    <Page title={t('title')} state={me.account.name} primary={primary || undefined}>
      {steps.data?.some((s) => !s.done) && <Checklist steps={steps.data} />}
      <Tiles />
      {me.permissions.includes('campaigns.view') && <LastCampaigns />}
    </Page>
  )
}

/** useLastCampaigns gives the latest campaigns, live while one of them is being sent. */
export function useLastCampaigns() {
  const refetchInterval = usePolling()
  const query = useQuery({
    queryKey: ['campaigns', 'last'],
    queryFn: async ({ signal }) => (await listCampaigns({ query: { limit: 5 }, signal })).items,
    refetchInterval,
  })
  useLive(['campaign'], () => void query.refetch({ cancelRefetch: false }))
  return query
}

function LastCampaigns() {
  const { t } = useTranslation('home')
  const fmt = useFmt()
  const query = useLastCampaigns()
  const columns: Column<CampaignSummary>[] = [
    { key: 'name', header: t('campaigns.name'), cell: (c) => c.name, phone: 'title' },
    { key: 'state', header: t('campaigns.state'), width: '170px', cell: (c) => <CampaignPill state={c.state} />, phone: 'side' },
    { key: 'sent', header: t('campaigns.recipients'), numeric: true, width: '130px', cell: (c) => fmt.number(c.counts.total), from: 'md' },
    {
      key: 'delivered',
      header: t('campaigns.delivered'),
      numeric: true,
      width: '130px',
      cell: (c) => fmt.share(c.counts.delivered, c.counts.total),
      phone: 'line',
    },
    { key: 'when', header: t('campaigns.when'), width: '180px', cell: (c) => fmt.relative(c.started_at ?? c.updated_at), phone: 'line', from: 'md' },
  ]
  const all = (
    <Link to={'/campaigns' as '/'} className="subtle">
      {t('campaigns.all')}
    </Link>
  )
  return (
    <Panel title={t('campaigns.title')} aside={all} flush>
      <Loaded query={query} skeleton={<TableSkeleton rows={5} />}>
        {(rows) => (
          <DataTable
            label={t('campaigns.title')}
            columns={columns}
            rows={rows}
            rowKey={(c) => c.id}
            rowLink={(c) => ({ to: `/campaigns/${c.id}` as '/' })}
            empty={<EmptyState title={t('campaigns.empty')} text={t('campaigns.empty_text')} />}
          />
        )}
      </Loaded>
    </Panel>
  )
}
