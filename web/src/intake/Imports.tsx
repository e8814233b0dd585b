import { IconFileImport } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { type Import, listImports } from '@/api'
import { useList } from '@/api/useList'
import { useCan } from '@/app/session'
import { useLive, usePolling } from '@/lib/sse'
import { useFmt } from '@/lib/useFmt'
import { type Column, DataTable } from '@/ui/DataTable'
import { EmptyState } from '@/ui/EmptyState'
import { LinkButton } from '@/ui/LinkButton'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { TableSkeleton } from '@/ui/Skeletons'
import { ImportPill } from './ImportPill'
import { importsKey } from './steps'

/** Imports lists what came in by files. */
export function Imports() {
  const { t } = useTranslation('intake')
  const canEdit = useCan('contacts.edit')
  const client = useQueryClient()
  const columns = useColumns()
  const refetchInterval = usePolling()
  useLive(['import'], () => void client.invalidateQueries({ queryKey: importsKey }))
  const list = useList<Import>({
    key: importsKey,
    load: ({ cursor, signal }) => listImports({ query: { cursor, limit: 50 }, signal }),
    refetchInterval,
  })
  const start = canEdit && (
    <LinkButton link={{ to: '/imports/new' }} leftSection={<IconFileImport size={18} aria-hidden />}>
      {t('list.new')}
    </LinkButton>
  )
  const empty = list.query.data !== undefined && list.rows.length === 0
  return (
    <Page title={t('list.title')} primary={!empty && start}>
      <Panel flush>
        <Loaded query={list.query} skeleton={<TableSkeleton rows={5} />}>
          {() => (
            <DataTable
              label={t('list.title')}
              columns={columns}
              rows={list.rows}
              rowKey={(i) => i.id}
              rowLink={(i) => ({ to: '/imports/$id', params: { id: i.id } })}
              more={list.more}
              empty={<EmptyState icon={IconFileImport} title={t('list.empty')} text={t('list.empty_text')} action={start} />}
            />
          )}
        </Loaded>
      </Panel>
    </Page>
  )
}

function useColumns(): Column<Import>[] {
  const { t } = useTranslation('intake')
  const fmt = useFmt()
  const figure = (n: number | undefined) => (n === undefined ? '–' : fmt.number(n))
  return [
    { key: 'file', header: t('list.file'), cell: (i) => i.filename, phone: 'title' },
    { key: 'state', header: t('list.state'), width: '170px', cell: (i) => <ImportPill state={i.state} />, phone: 'side' },
    { key: 'rows', header: t('count.rows'), width: '110px', numeric: true, cell: (i) => figure(i.counts?.rows ?? i.rows_estimate), from: 'md' },
    { key: 'created', header: t('count.created'), width: '110px', numeric: true, cell: (i) => figure(i.counts?.created), phone: 'line', from: 'md' },
    { key: 'errors', header: t('count.errors'), width: '110px', numeric: true, cell: (i) => figure(i.counts?.errors), from: 'md' },
    { key: 'when', header: t('list.when'), width: '180px', cell: (i) => fmt.relative(i.created_at), phone: 'line' },
  ]
}
