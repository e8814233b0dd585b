import { Button } from '@mantine/core'
import { IconDownload, IconFileText } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Act, listActs } from '@/api'
import { useList } from '@/api/useList'
import DocumentDrawer from '@/access/DocumentDrawer'
import { useDocuments } from '@/access/Documents'
import type { Lang } from '@/lib/fmt'
import { useFmt } from '@/lib/useFmt'
import { type Column, DataTable } from '@/ui/DataTable'
import { EmptyState } from '@/ui/EmptyState'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { TableSkeleton } from '@/ui/Skeletons'
import css from '@/access/Form.module.css'

type Shown = { name: string; version: string; title: string; lang: Lang }

/** DocumentsAndActs: the documents in force, what was signed, and the proof to download (ACC-2). */
export function DocumentsAndActs() {
  const { t } = useTranslation('settings')
  const [open, setOpen] = useState<Shown | null>(null)
  const proof = (
    <Button
      leftSection={<IconDownload size={18} aria-hidden />}
      renderRoot={(props) => (
        <a {...props} href="/api/v1/acts/proof" download>
          {props.children}
        </a>
      )}
    >
      {t('acts.proof')}
    </Button>
  )
  return (
    <Page title={t('nav.documents')} state={t('acts.proof_hint')} primary={proof}>
      <InForce onOpen={setOpen} />
      <Acts onOpen={setOpen} />
      {open && <DocumentDrawer document={open} onClose={() => setOpen(null)} />}
    </Page>
  )
}

function InForce({ onOpen }: { onOpen: (d: Shown) => void }) {
  const { t } = useTranslation('settings')
  const query = useDocuments()
  return (
    <Panel title={t('documents.title')} flush>
      <Loaded query={query} skeleton={<TableSkeleton rows={3} />}>
        {(list) => (
          <ul className={css.rows}>
            {list.map((d) => (
              <li key={d.name} className={css.row}>
                <div className={css.main}>
                  <div className={css.name}>
                    <IconFileText size={18} stroke={1.7} aria-hidden />
                    {d.title}
                  </div>
                  <div className="subtle">{t('documents.version', { version: d.version })}</div>
                </div>
                <Button variant="default" size="xs" onClick={() => onOpen(d)} aria-label={t('documents.read_named', { title: d.title })}>
                  {t('documents.read')}
                </Button>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Panel>
  )
}

function Acts({ onOpen }: { onOpen: (d: Shown) => void }) {
  const { t, i18n } = useTranslation('settings')
  const fmt = useFmt()
  const documents = useDocuments()
  const list = useList<Act>({ key: ['acts'], load: ({ cursor, signal }) => listActs({ query: { cursor, limit: 50 }, signal }) })
  const title = (a: Act) => documents.data?.find((d) => d.name === a.document)?.title ?? a.document
  const open = (a: Act) => onOpen({ name: a.document, version: a.version, title: title(a), lang: (a.lang || i18n.language) as Lang })
  const columns: Column<Act>[] = [
    {
      key: 'document',
      header: t('acts.document'),
      cell: (a) => (
        <button type="button" className={css.link} onClick={() => open(a)}>
          {t('acts.named', { title: title(a), version: a.version })}
        </button>
      ),
      phone: 'title',
    },
    { key: 'pressed', header: t('acts.pressed'), width: '210px', cell: (a) => t(`pressed.${a.pressed}`, { defaultValue: a.pressed }), phone: 'line' },
    { key: 'at', header: t('acts.at'), width: '170px', cell: (a) => fmt.shortDateTime(a.at), phone: 'line' },
    { key: 'ip', header: t('visits.ip'), width: '150px', cell: (a) => a.ip, from: 'lg', phone: 'line' },
    { key: 'sha', header: 'SHA-256', width: '130px', cell: (a) => <span className="mono" title={a.sha256}>{a.sha256.slice(0, 10)}…</span>, from: 'lg' },
  ]
  return (
    <Panel title={t('acts.title')} hint={t('acts.hint')} flush>
      <Loaded query={list.query} skeleton={<TableSkeleton rows={3} />}>
        {() => (
          <DataTable
            label={t('acts.title')}
            columns={columns}
            rows={list.rows}
            rowKey={(a) => String(a.seq) + a.document}
            more={list.more}
            empty={<EmptyState title={t('acts.empty')} />}
          />
        )}
      </Loaded>
    </Panel>
  )
}
