import { Button } from '@mantine/core'
import { IconPlayerPause, IconPlayerPlay, IconRoute } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { listAddresses, listPaths, resumePath, type SendingAddress, type SendingPath } from '@/api'
import { useFmt } from '@/lib/useFmt'
import { Confirm } from '@/ui/Confirm'
import { type Column, DataTable } from '@/ui/DataTable'
import { EmptyState } from '@/ui/EmptyState'
import form from '@/ui/Form.module.css'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { TableSkeleton } from '@/ui/Skeletons'
import { toastDone } from '@/ui/toast'
import { Held } from './Held'
import { Pause } from './Pause'
import { keyOf, type Place, rate, reason, titleOf } from './path'
import css from './SendingPaths.module.css'
import { WarmUps } from './WarmUps'

const pathsKey = ['platform', 'paths']
const addressesKey = ['platform', 'addresses']
const every = 5000

/** SendingPaths shows operators how fast and from where letters leave, what holds them back, and lets them pause it (MSG-4). */
export function SendingPaths() {
  const { t } = useTranslation('paths')
  const paths = useQuery({ queryKey: pathsKey, queryFn: async ({ signal }) => (await listPaths({ signal })).items, refetchInterval: every })
  const addresses = useQuery({ queryKey: addressesKey, queryFn: async ({ signal }) => (await listAddresses({ signal })).items, refetchInterval: every })
  const steer = useSteer()
  return (
    <Page title={t('title')} state={t('state')} width="wide">
      <div className={form.stack}>
        <Panel title={t('paths.title')} hint={t('paths.hint')} flush>
          <Loaded query={paths} skeleton={<TableSkeleton rows={6} />}>
            {(rows) => <Paths rows={rows} steer={steer} />}
          </Loaded>
        </Panel>
        {paths.data && <WarmUps rows={paths.data.filter((p) => p.warm_up)} />}
        <Panel title={t('addresses.title')} hint={t('addresses.hint')} flush>
          <Loaded query={addresses} skeleton={<TableSkeleton rows={2} />}>
            {(rows) => <Addresses rows={rows} steer={steer} />}
          </Loaded>
        </Panel>
      </div>
      {steer.dialogs}
    </Page>
  )
}

interface Steer {
  pause: (p: Place) => void
  resume: (p: Place) => void
  dialogs: React.ReactNode
}

// One dialog to pause and one to resume, for paths and for whole addresses.
function useSteer(): Steer {
  const { t } = useTranslation('paths')
  const client = useQueryClient()
  const [pausing, setPausing] = useState<Place | null>(null)
  const [resuming, setResuming] = useState<Place | null>(null)
  const reload = () => client.invalidateQueries({ queryKey: ['platform'] })
  const resume = async () => {
    if (!resuming) return
    await resumePath({ body: resuming.name })
    await reload()
    toastDone(t('resume.done', { name: resuming.title }))
  }
  return {
    pause: setPausing,
    resume: setResuming,
    dialogs: (
      <>
        {pausing && (
          <Pause
            place={pausing}
            onClose={() => setPausing(null)}
            onDone={() => {
              setPausing(null)
              void reload()
              toastDone(t('pause.done', { name: pausing.title }))
            }}
          />
        )}
        <Confirm
          opened={resuming !== null}
          onClose={() => setResuming(null)}
          title={t('resume.title', { name: resuming?.title ?? '' })}
          action={t('resume.action')}
          danger={false}
          onConfirm={resume}
        >
          {t('resume.text')}
        </Confirm>
      </>
    ),
  }
}

function Paths({ rows, steer }: { rows: SendingPath[]; steer: Steer }) {
  const { t } = useTranslation('paths')
  const fmt = useFmt()
  const columns: Column<SendingPath>[] = [
    { key: 'path', header: t('path'), width: '16%', cell: (p) => <Title path={p} />, phone: 'title' },
    { key: 'state', header: t('state_now'), width: '21%', cell: (p) => <Held of={p} />, phone: 'line' },
    { key: 'rate', header: t('rate'), width: '13%', cell: (p) => <Speed path={p} />, phone: 'line' },
    { key: 'connections', header: t('connections'), numeric: true, width: '104px', cell: (p) => fmt.number(p.connections), from: 'lg' },
    { key: 'sent', header: t('today'), numeric: true, width: '90px', cell: (p) => fmt.number(p.sent), from: 'md' },
    { key: 'answer', header: t('answer'), width: '20%', cell: (p) => <Answer path={p} />, from: 'md', phone: 'line' },
    { key: 'steer', header: t('steer'), width: '168px', cell: (p) => <SteerButton place={placeOfPath(p)} held={resumable.includes(p.state)} steer={steer} />, phone: 'side' },
  ]
  return (
    <DataTable
      label={t('paths.title')}
      columns={columns}
      rows={rows}
      rowKey={keyOf}
      empty={<EmptyState icon={IconRoute} title={t('empty')} text={t('empty_text')} />}
    />
  )
}

// What an operator's word ends. The quota of warming up and block lists end by themselves.
const resumable = ['paused', 'rate', 'suspended']

const placeOfPath = (p: SendingPath): Place => ({ title: titleOf(p), name: { source: p.source, provider: p.provider, site: p.site } })

function Title({ path: p }: { path: SendingPath }) {
  const { t } = useTranslation('paths')
  return (
    <span className={css.two}>
      <span className={css.name} title={p.site || undefined}>{titleOf(p)}</span>
      <span className={css.small}>
        {[p.source || t('system'), p.pool, p.node].filter(Boolean).join(' · ')}
      </span>
    </span>
  )
}

function Speed({ path: p }: { path: SendingPath }) {
  const { t } = useTranslation('paths')
  const fmt = useFmt()
  const bound = p.bound === p.provider ? t('bound.rule') : t(`bound.${p.bound}`, { defaultValue: reason(t, p.bound) })
  return (
    <span className={css.two} title={t('ceiling', { rate: rate(fmt, t, p.ceiling) })}>
      <span>{p.limit > 0 ? t('speed', { now: rate(fmt, t, p.per_second), limit: rate(fmt, t, p.limit) }) : rate(fmt, t, p.per_second)}</span>
      <span className={css.small}>{bound}</span>
    </span>
  )
}

function Answer({ path: p }: { path: SendingPath }) {
  const { t } = useTranslation('paths')
  const fmt = useFmt()
  if (!p.answer) return <span className={css.small}>{t('no_refusals')}</span>
  return (
    <span className={css.two}>
      <span className={css.answer} title={p.answer}>
        {p.answer}
      </span>
      {p.answer_at && <span className={css.small}>{fmt.shortDateTime(p.answer_at)}</span>}
    </span>
  )
}

function SteerButton({ place, held, steer }: { place: Place; held: boolean; steer: Steer }) {
  const { t } = useTranslation('paths')
  return held ? (
    <Button size="xs" variant="default" leftSection={<IconPlayerPlay size={16} aria-hidden />} onClick={() => steer.resume(place)}>
      {t('resume.button')}
    </Button>
  ) : (
    <Button size="xs" variant="default" leftSection={<IconPlayerPause size={16} aria-hidden />} onClick={() => steer.pause(place)}>
      {t('pause.button')}
    </Button>
  )
}

function Addresses({ rows, steer }: { rows: SendingAddress[]; steer: Steer }) {
  const { t } = useTranslation('paths')
  const columns: Column<SendingAddress>[] = [
    {
      key: 'source',
      header: t('address'),
      width: '30%',
      cell: (a) => (
        <span className={css.two}>
          <span className={css.name}>{a.source}</span>
          {a.helo && <span className={css.small}>{a.helo}</span>}
        </span>
      ),
      phone: 'title',
    },
    { key: 'state', header: t('state_now'), width: '24%', cell: (a) => <Held of={a} />, phone: 'line' },
    { key: 'pool', header: t('pool'), width: '14%', cell: (a) => a.pool, phone: 'line' },
    { key: 'for', header: t('serves'), cell: (a) => serves(a, t), from: 'md', phone: 'line' },
    {
      key: 'steer',
      header: t('steer'),
      width: '168px',
      cell: (a) => <SteerButton place={{ title: a.source, name: { source: a.source } }} held={a.state === 'paused'} steer={steer} />,
      phone: 'side',
    },
  ]
  return (
    <DataTable
      label={t('addresses.title')}
      columns={columns}
      rows={rows}
      rowKey={(a) => a.source}
      empty={<EmptyState title={t('addresses.empty')} text={t('addresses.empty_text')} />}
    />
  )
}

function serves(a: SendingAddress, t: (key: string, o?: Record<string, unknown>) => string) {
  const what = a.purposes.length === 0 ? t('purpose.all') : a.purposes.map((p) => t(`purpose.${p}`)).join(', ')
  return a.accounts.length === 0 ? what : `${what}; ${t('dedicated', { accounts: a.accounts.join(', ') })}`
}
