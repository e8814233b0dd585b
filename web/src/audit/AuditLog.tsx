import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { type AuditEntry, listAudit, listMembers } from '@/api'
import { useList } from '@/api/useList'
import { useCan } from '@/app/session'
import { useFmt } from '@/lib/useFmt'
import { type Column, DataTable } from '@/ui/DataTable'
import { EmptyState } from '@/ui/EmptyState'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { TableSkeleton } from '@/ui/Skeletons'

/** AuditLog: who did what, when and from where. Nothing in it can be changed. */
export function AuditLog() {
  const { t } = useTranslation('settings')
  const fmt = useFmt()
  const who = useWho()
  const list = useList<AuditEntry>({ key: ['audit'], load: ({ cursor, signal }) => listAudit({ query: { cursor, limit: 100 }, signal }) })
  const columns: Column<AuditEntry>[] = [
    { key: 'action', header: t('audit.action'), cell: (e) => t(`action.${e.action}`, { defaultValue: e.action }), phone: 'title' },
    { key: 'who', header: t('audit.who'), width: '26%', cell: who, phone: 'line' },
    { key: 'at', header: t('audit.at'), width: '170px', cell: (e) => fmt.shortDateTime(e.at), phone: 'line' },
    { key: 'ip', header: t('visits.ip'), width: '150px', cell: (e) => e.ip ?? '–', from: 'md' },
    { key: 'object', header: t('audit.object'), width: '170px', cell: (e) => <span className="mono">{e.object ?? '–'}</span>, from: 'lg' },
  ]
  return (
    <Page title={t('nav.audit')} state={t('audit.hint')}>
      <Panel flush>
        <Loaded query={list.query} skeleton={<TableSkeleton rows={10} />}>
          {() => (
            <DataTable
              label={t('nav.audit')}
              columns={columns}
              rows={list.rows}
              rowKey={(e) => String(e.seq)}
              more={list.more}
              compact
              empty={<EmptyState title={t('audit.empty')} text={t('audit.empty_text')} />}
            />
          )}
        </Loaded>
      </Panel>
    </Page>
  )
}

// Names of members by id, for those who may see the team; a member who has left stays an id.
function useWho() {
  const { t } = useTranslation('settings')
  const may = useCan('team.manage')
  const { data } = useQuery({
    queryKey: ['members'],
    enabled: may,
    queryFn: async ({ signal }) => (await listMembers({ query: { limit: 200 }, signal })).items,
  })
  return (e: AuditEntry) => {
    if (e.via === 'system') return t('audit.system')
    if (e.via === 'api_key') return t('audit.key', { id: e.api_key ?? '' })
    const m = data?.find((x) => x.id === e.member)
    return m ? [m.first_name, m.last_name].filter(Boolean).join(' ') || m.email : (e.member ?? '–')
  }
}
