import { Anchor, Button } from '@mantine/core'
import { IconAlertTriangle, IconCheck, IconEye, IconShieldCheck, IconShieldX } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type ComponentType, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Blocklist, type Incident, type Incidents as IncidentsAnswer, listBlocklists, listIncidents } from '@/api'
import { useFmt } from '@/lib/useFmt'
import { type Column, DataTable } from '@/ui/DataTable'
import { EmptyState } from '@/ui/EmptyState'
import form from '@/ui/Form.module.css'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { TableSkeleton } from '@/ui/Skeletons'
import { StatusPill, type Tone } from '@/ui/StatusPill'
import { toastDone } from '@/ui/toast'
import { Acknowledge } from './Acknowledge'
import css from './Incidents.module.css'

const incidentsKey = ['platform', 'incidents']
const listsKey = ['platform', 'blocklists']
const every = 60_000

/** Incidents shows operators which of our addresses and domains stand on block lists, and how to get off (CMP-3). */
export function Incidents() {
  const { t } = useTranslation('incidents')
  const client = useQueryClient()
  const incidents = useQuery({ queryKey: incidentsKey, queryFn: ({ signal }) => listIncidents({ signal }), refetchInterval: every })
  const lists = useQuery({ queryKey: listsKey, queryFn: async ({ signal }) => (await listBlocklists({ signal })).items, refetchInterval: every })
  const [taking, setTaking] = useState<Incident | null>(null)
  return (
    <Page title={t('title')} state={t('state')} width="wide">
      <div className={form.stack}>
        <Panel title={t('now.title')} hint={t('now.hint')} flush>
          <Loaded query={incidents} skeleton={<TableSkeleton rows={3} />}>
            {(x) => <Now answer={x} onTake={setTaking} />}
          </Loaded>
        </Panel>
        {incidents.data && <Past rows={incidents.data.items.filter((i) => i.ended_at)} />}
        <Panel title={t('lists.title')} hint={t('lists.hint')} flush>
          <Loaded query={lists} skeleton={<TableSkeleton rows={4} />}>
            {(rows) => <Lists rows={rows} />}
          </Loaded>
        </Panel>
      </div>
      {taking && (
        <Acknowledge
          incident={taking}
          onClose={() => setTaking(null)}
          onDone={() => {
            setTaking(null)
            void client.invalidateQueries({ queryKey: incidentsKey })
            toastDone(t('take.done'))
          }}
        />
      )}
    </Page>
  )
}

function Now({ answer: x, onTake }: { answer: IncidentsAnswer; onTake: (i: Incident) => void }) {
  const { t } = useTranslation('incidents')
  const fmt = useFmt()
  const columns: Column<Incident>[] = [
    { key: 'subject', header: t('subject'), width: '20%', cell: (i) => <span className={css.name}>{i.subject}</span>, phone: 'title' },
    { key: 'state', header: t('is'), width: '22%', cell: (i) => <State incident={i} />, phone: 'line' },
    { key: 'list', header: t('list'), width: '26%', cell: (i) => <Where incident={i} />, phone: 'line' },
    { key: 'since', header: t('since'), width: '16%', cell: (i) => <Since incident={i} />, phone: 'line' },
    {
      key: 'take',
      header: t('action'),
      width: '160px',
      cell: (i) => (
        <Button size="xs" variant="default" onClick={() => onTake(i)}>
          {t(i.state === 'open' ? 'take.button' : 'take.again')}
        </Button>
      ),
      phone: 'side',
    },
  ]
  const clean = x.checked_at ? t('clean_text', { n: fmt.number(x.names), when: fmt.relative(x.checked_at) }) : t('never_text')
  return (
    <DataTable
      label={t('now.title')}
      columns={columns}
      rows={x.items.filter((i) => !i.ended_at)}
      rowKey={(i) => i.id}
      empty={<EmptyState icon={IconShieldCheck} title={t(x.checked_at ? 'clean' : 'never')} text={clean} />}
    />
  )
}

const looks: Record<Incident['state'], { tone: Tone; icon: ComponentType<{ size?: number }> }> = {
  open: { tone: 'danger', icon: IconShieldX },
  acknowledged: { tone: 'warning', icon: IconEye },
  closed: { tone: 'success', icon: IconCheck },
}

function State({ incident: i }: { incident: Incident }) {
  const { t } = useTranslation('incidents')
  const look = looks[i.state]
  const address = /^[\d.]+$|:/.test(i.subject)
  return (
    <span className={css.two}>
      <span>
        <StatusPill tone={look.tone} icon={look.icon}>
          {t(`state.${i.state}`)}
        </StatusPill>
      </span>
      {!i.ended_at && <span className={css.small}>{t(i.policy ? 'effect.policy' : address ? 'effect.address' : 'effect.domain')}</span>}
      {i.note && <span className={css.small}>{t('note_is', { note: i.note })}</span>}
    </span>
  )
}

function Where({ incident: i }: { incident: Incident }) {
  const { t } = useTranslation('incidents')
  return (
    <span className={css.two}>
      <span>
        {i.list} · {i.code}
      </span>
      {i.reason && <span className={css.small}>{i.reason}</span>}
      {!i.ended_at && (
        <Anchor className={css.link} href={i.page} target="_blank" rel="noreferrer">
          {t('delist')}
        </Anchor>
      )}
    </span>
  )
}

function Since({ incident: i }: { incident: Incident }) {
  const { t } = useTranslation('incidents')
  const fmt = useFmt()
  return (
    <span className={css.two}>
      <span>{fmt.shortDateTime(i.since)}</span>
      <span className={css.small}>{i.ended_at ? t('until', { when: fmt.shortDateTime(i.ended_at) }) : t('seen', { when: fmt.relative(i.seen_at) })}</span>
    </span>
  )
}

/** Past lists what has ended; nothing when nothing has. */
function Past({ rows }: { rows: Incident[] }) {
  const { t } = useTranslation('incidents')
  if (rows.length === 0) return null
  const columns: Column<Incident>[] = [
    { key: 'subject', header: t('subject'), width: '26%', cell: (i) => <span className={css.name}>{i.subject}</span>, phone: 'title' },
    { key: 'state', header: t('is'), width: '22%', cell: (i) => <State incident={i} />, phone: 'line' },
    { key: 'list', header: t('list'), cell: (i) => <Where incident={i} />, phone: 'line' },
    { key: 'since', header: t('since'), width: '20%', cell: (i) => <Since incident={i} />, phone: 'line' },
  ]
  return (
    <Panel title={t('past.title')} flush>
      <DataTable label={t('past.title')} columns={columns} rows={rows} rowKey={(i) => i.id} empty={null} />
    </Panel>
  )
}

function Lists({ rows }: { rows: Blocklist[] }) {
  const { t } = useTranslation('incidents')
  const fmt = useFmt()
  const columns: Column<Blocklist>[] = [
    {
      key: 'name',
      header: t('list'),
      width: '30%',
      cell: (z) => (
        <Anchor className={css.name} href={z.page} target="_blank" rel="noreferrer">
          {z.name}
        </Anchor>
      ),
      phone: 'title',
    },
    { key: 'kind', header: t('kind'), width: '20%', cell: (z) => t(`kind.${z.kind}`), phone: 'line' },
    {
      key: 'believed',
      header: t('is'),
      cell: (z) => (
        <span className={css.two}>
          <span>
            <StatusPill tone={z.believed ? 'success' : 'warning'} icon={z.believed ? IconCheck : IconAlertTriangle}>
              {t(z.believed ? 'believed' : 'unknown')}
            </StatusPill>
          </span>
          {z.trouble && <span className={css.small}>{t(`trouble.${z.trouble}`)}</span>}
        </span>
      ),
      phone: 'line',
    },
    { key: 'checked', header: t('checked'), width: '18%', cell: (z) => (z.checked_at ? fmt.relative(z.checked_at) : '–'), from: 'md', phone: 'line' },
  ]
  return (
    <DataTable
      label={t('lists.title')}
      columns={columns}
      rows={rows}
      rowKey={(z) => z.name}
      empty={<EmptyState title={t('lists.empty')} text={t('lists.empty_text')} />}
    />
  )
}
