import { Progress } from '@mantine/core'
import { IconPlus, IconSend } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { type CampaignSummary, listCampaigns } from '@/api'
import { useList } from '@/api/useList'
import { useCan } from '@/app/session'
import { useLive, usePolling } from '@/lib/sse'
import { useFmt } from '@/lib/useFmt'
import { CampaignPill } from '@/ui/CampaignPill'
import { type Column, DataTable } from '@/ui/DataTable'
import { EmptyState } from '@/ui/EmptyState'
import { FilterBar, NothingFound } from '@/ui/FilterBar'
import { LinkButton } from '@/ui/LinkButton'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { TableSkeleton } from '@/ui/Skeletons'
import { campaignsKey, campaignStates, type CampaignState, settled } from './campaign'

const route = getRouteApi('/cabinet/campaigns')

/** Campaigns lists all sends, live while one of them goes out. */
export function Campaigns() {
  const { t } = useTranslation(['campaign', 'ui'])
  const { state } = route.useSearch()
  const navigate = route.useNavigate()
  const canEdit = useCan('campaigns.edit')
  const client = useQueryClient()
  const columns = useColumns()
  const refetchInterval = usePolling()
  useLive(['campaign'], () => void client.invalidateQueries({ queryKey: campaignsKey }))
  const list = useList<CampaignSummary>({
    key: [...campaignsKey, 'list', state],
    load: ({ cursor, signal }) => listCampaigns({ query: { state, cursor, limit: 50 }, signal }),
    refetchInterval,
  })
  const choose = (v: string) => void navigate({ to: '/campaigns', search: { state: (v || undefined) as CampaignState | undefined }, replace: true })
  const empty = !state && list.query.data !== undefined && list.rows.length === 0
  const create = canEdit && (
    <LinkButton link={{ to: '/campaigns/new' }} leftSection={<IconPlus size={18} aria-hidden />}>
      {t('list.create')}
    </LinkButton>
  )
  return (
    <Page title={t('list.title')} primary={!empty && create}>
      {!empty && (
        <FilterBar
          chips={{
            label: t('list.state'),
            value: state ?? '',
            onChange: choose,
            options: [{ value: '', label: t('list.all') }, ...campaignStates.map((s) => ({ value: s, label: t(`ui:campaign.${s}`) }))],
          }}
        />
      )}
      <Panel flush>
        <Loaded query={list.query} skeleton={<TableSkeleton />}>
          {() => (
            <DataTable
              label={t('list.title')}
              columns={columns}
              rows={list.rows}
              rowKey={(c) => c.id}
              rowLink={(c) => ({ to: c.state === 'draft' && canEdit ? '/campaigns/$id/edit' : '/campaigns/$id', params: { id: c.id } })}
              more={list.more}
              empty={
                empty ? (
                  <EmptyState icon={IconSend} title={t('list.empty')} text={t('list.empty_text')} action={create} />
                ) : (
                  <NothingFound onReset={() => choose('')} />
                )
              }
            />
          )}
        </Loaded>
      </Panel>
    </Page>
  )
}

function useColumns(): Column<CampaignSummary>[] {
  const { t } = useTranslation('campaign')
  const fmt = useFmt()
  return [
    { key: 'name', header: t('list.name'), cell: (c) => c.name, phone: 'title' },
    { key: 'state', header: t('list.state'), width: '180px', cell: (c) => <CampaignPill state={c.state} />, phone: 'side' },
    { key: 'progress', header: t('list.progress'), width: '200px', cell: (c) => <Bar campaign={c} />, phone: 'line' },
    { key: 'opened', header: t('list.opened'), width: '110px', numeric: true, cell: (c) => (c.started_at ? fmt.share(c.counts.opened, c.counts.delivered) : '–'), from: 'md' },
    { key: 'when', header: t('list.when'), width: '180px', cell: (c) => fmt.relative(c.started_at ?? c.start_at ?? c.updated_at), phone: 'line', from: 'md' },
  ]
}

function Bar({ campaign: c }: { campaign: CampaignSummary }) {
  const { t } = useTranslation('campaign')
  const fmt = useFmt()
  if (!c.started_at || c.counts.total === 0) return <span className="subtle">–</span>
  const done = settled(c.counts)
  const text = t('list.of', { done: fmt.number(done), total: fmt.number(c.counts.total) })
  return (
    <span>
      <span className="tabular">{text}</span>
      {c.state === 'sending' && <Progress value={(done / c.counts.total) * 100} size="sm" aria-label={t('list.bar', { name: c.name })} />}
    </span>
  )
}
