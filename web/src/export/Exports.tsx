import { Button, Menu } from '@mantine/core'
import { IconDots, IconDownload, IconPlayerStop, IconTableExport, IconTrash } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { cancelExport, deleteExport, type Export, listExports } from '@/api'
import { useList } from '@/api/useList'
import { useLive, usePolling } from '@/lib/sse'
import { useFmt } from '@/lib/useFmt'
import { Confirm } from '@/ui/Confirm'
import { type Column, DataTable } from '@/ui/DataTable'
import { EmptyState } from '@/ui/EmptyState'
import { LinkButton } from '@/ui/LinkButton'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { TableSkeleton } from '@/ui/Skeletons'
import { toastDone } from '@/ui/toast'
import css from './Export.module.css'
import { ExportPill } from './ExportPill'
import { exportsKey, fileOf } from './export'

/** Exports lists the files of contacts that were asked for; each can be taken for seven days. */
export function Exports() {
  const { t } = useTranslation('export')
  const client = useQueryClient()
  const refetchInterval = usePolling()
  useLive(['job'], () => void client.invalidateQueries({ queryKey: exportsKey }))
  const list = useList<Export>({
    key: exportsKey,
    load: ({ cursor, signal }) => listExports({ query: { cursor, limit: 50 }, signal }),
    refetchInterval,
  })
  const [deleting, setDeleting] = useState<Export | null>(null)
  const columns = useColumns(setDeleting)
  const start = (
    <LinkButton link={{ to: '/contacts/export' }} leftSection={<IconTableExport size={18} aria-hidden />}>
      {t('list.new')}
    </LinkButton>
  )
  const empty = list.query.data !== undefined && list.rows.length === 0
  const remove = async () => {
    if (!deleting) return
    await deleteExport({ path: { id: deleting.id } })
    await client.invalidateQueries({ queryKey: exportsKey })
    toastDone(t('deleted'))
  }
  return (
    <Page title={t('list.title')} state={t('list.hint')} back={{ to: '/contacts', label: t('list.back') }} primary={!empty && start}>
      <Panel flush>
        <Loaded query={list.query} skeleton={<TableSkeleton rows={5} />}>
          {() => (
            <DataTable
              label={t('list.title')}
              columns={columns}
              rows={list.rows}
              rowKey={(e) => e.id}
              more={list.more}
              empty={<EmptyState icon={IconTableExport} title={t('list.empty')} text={t('list.empty_text')} action={start} />}
            />
          )}
        </Loaded>
      </Panel>
      <Confirm opened={deleting !== null} onClose={() => setDeleting(null)} title={t('delete_title', { name: deleting?.filename })} action={t('delete')} onConfirm={remove}>
        <p>{t('delete_text')}</p>
      </Confirm>
    </Page>
  )
}

function useColumns(onDelete: (e: Export) => void): Column<Export>[] {
  const { t } = useTranslation('export')
  const fmt = useFmt()
  const about = (e: Export) => (
    <span className={css.file}>
      <span>{e.filename}</span>
      <span className="subtle">{e.reason}</span>
    </span>
  )
  const when = (e: Export) => (e.state === 'ready' && e.expires_at ? t('list.until', { date: fmt.shortDateTime(e.expires_at) }) : fmt.relative(e.created_at))
  return [
    { key: 'file', header: t('list.file'), cell: about, phone: 'title' },
    { key: 'state', header: t('list.state'), width: '170px', cell: (e) => <ExportPill row={e} />, phone: 'line' },
    { key: 'rows', header: t('list.rows'), width: '120px', numeric: true, cell: (e) => (e.rows ? fmt.number(e.rows) : '–'), from: 'md' },
    { key: 'size', header: t('list.size'), width: '110px', numeric: true, cell: (e) => (e.size ? fmt.bytes(e.size) : '–'), from: 'lg' },
    { key: 'when', header: t('list.when'), width: '200px', cell: when, phone: 'line' },
    { key: 'do', header: t('list.actions'), width: '220px', numeric: true, cell: (e) => <RowActions row={e} onDelete={onDelete} />, phone: 'side' },
  ]
}

function RowActions({ row, onDelete }: { row: Export; onDelete: (e: Export) => void }) {
  const { t } = useTranslation('export')
  const client = useQueryClient()
  const cancel = async () => {
    await cancelExport({ path: { id: row.id } })
    await client.invalidateQueries({ queryKey: exportsKey })
  }
  return (
    <span className={css.buttons}>
      {row.state === 'ready' && (
        <Button
          className={css.download}
          size="xs"
          px="xs"
          variant="default"
          component="a"
          href={fileOf(row)}
          download
          aria-label={t('download_named', { name: row.filename })}
          leftSection={<IconDownload size={16} aria-hidden />}
        >
          <span className={css.word}>{t('download')}</span>
        </Button>
      )}
      <Menu>
        <Menu.Target>
          <Button size="xs" variant="default" px="xs" aria-label={t('list.more', { name: row.filename })}>
            <IconDots size={16} aria-hidden />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {row.state === 'running' ? (
            <Menu.Item leftSection={<IconPlayerStop size={18} aria-hidden />} onClick={() => void cancel()}>
              {t('cancel')}
            </Menu.Item>
          ) : (
            <Menu.Item leftSection={<IconTrash size={18} aria-hidden />} onClick={() => onDelete(row)}>
              {t('delete')}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
    </span>
  )
}
