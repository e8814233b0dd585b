import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { CampaignSummary } from '@/api'
import { useFmt } from '@/lib/useFmt'
import { CampaignPill } from '@/ui/CampaignPill'
import { type Column, DataTable } from '@/ui/DataTable'
import { EmptyState } from '@/ui/EmptyState'
import { Loaded } from '@/ui/Loaded'
import { Panel } from '@/ui/Panel'
import { TableSkeleton } from '@/ui/Skeletons'
import { useLastCampaigns } from './campaigns'

/** LastCampaigns lists the latest five. It comes after the first screen: tables are heavy. */
export function LastCampaigns() {
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
