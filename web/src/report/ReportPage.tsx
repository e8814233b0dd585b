import { Button, Menu } from '@mantine/core'
import { IconCopy, IconDots, IconDownload, IconTrash } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Campaign, cancelCampaign, copyCampaign, deleteCampaign, getCampaign, getReport, once, pauseCampaign, type Report, resumeCampaign } from '@/api'
import { useCan } from '@/app/session'
import { campaignKey, campaignsKey, isUnderWay } from '@/campaign/campaign'
import { useLive, usePolling } from '@/lib/sse'
import { useFmt } from '@/lib/useFmt'
import { CampaignPill } from '@/ui/CampaignPill'
import { Confirm } from '@/ui/Confirm'
import { EmptyState } from '@/ui/EmptyState'
import form from '@/ui/Form.module.css'
import { LinkButton } from '@/ui/LinkButton'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { TilesSkeleton } from '@/ui/Skeletons'
import { toastProblem } from '@/ui/toast'
import { AgainPanel } from './AgainPanel'
import { Causes } from './Causes'
import { ClickMap } from './ClickMap'
import { Devices } from './Devices'
import { Domains } from './Domains'
import { Funnel } from './Funnel'
import { Headline } from './Headline'
import { Links } from './Links'
import { People } from './People'
import { Sending } from './Sending'
import { SplitPanel } from './SplitPanel'
import { Undo } from './Undo'
import { UnknownList } from './UnknownList'
import { Waiting } from './Waiting'

const Chart = lazy(() => import('./Chart'))
const route = getRouteApi('/cabinet/campaigns/$id')
const reportKey = (id: string) => [...campaignKey(id), 'report']

// The figures move at most once a second.
function useReport(id: string) {
  const client = useQueryClient()
  const refetchInterval = usePolling()
  const campaign = useQuery({ queryKey: campaignKey(id), queryFn: ({ signal }) => getCampaign({ path: { id }, signal }), refetchInterval })
  const report = useQuery({ queryKey: reportKey(id), queryFn: ({ signal }) => getReport({ path: { id }, signal }), refetchInterval })
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  useLive(['campaign'], (e) => {
    if (e.data?.campaign && e.data.campaign !== id) return
    timer.current ??= setTimeout(() => {
      timer.current = undefined
      void client.invalidateQueries({ queryKey: campaignKey(id) })
    }, 1000)
  })
  return { campaign, report }
}

/** ReportPage tells what happens to a campaign while it goes out, and what came of it after. */
export function ReportPage() {
  const { t } = useTranslation('report')
  const fmt = useFmt()
  const { id } = route.useParams()
  const { campaign, report } = useReport(id)
  const c = campaign.data
  return (
    <Page
      title={c?.name ?? t('title')}
      back={{ to: '/campaigns', label: t('back') }}
      state={
        c && (
          <>
            <CampaignPill state={c.state} />
            {c.started_at && <span>{t('started', { when: fmt.dateTime(c.started_at) })}</span>}
            {c.finished_at && <span>{t('finished', { when: fmt.dateTime(c.finished_at) })}</span>}
          </>
        )
      }
      primary={c && <Primary campaign={c} />}
      actions={c && <Actions campaign={c} />}
    >
      <Loaded query={campaign} skeleton={<TilesSkeleton />}>
        {(x) => (
          <>
            <Undo campaign={x} />
            {x.started_at ? (
              <Loaded query={report} skeleton={<TilesSkeleton />}>
                {(r) => <Body campaign={x} report={r} />}
              </Loaded>
            ) : (
              <NotStarted campaign={x} />
            )}
          </>
        )}
      </Loaded>
    </Page>
  )
}

function NotStarted({ campaign: c }: { campaign: Campaign }) {
  const { t } = useTranslation('report')
  const fmt = useFmt()
  if (c.hold === 'late') return <Waiting campaign={c} />
  if (c.state === 'scheduled' && c.start_at) return <EmptyState title={t('scheduled', { when: fmt.dateTime(c.start_at), zone: fmt.offset(c.start_at) })} text={t('scheduled_text')} />
  return <EmptyState title={t('empty')} text={t('empty_text')} />
}

function Body({ campaign: c, report: r }: { campaign: Campaign; report: Report }) {
  const { t } = useTranslation('report')
  const { state, reason } = route.useSearch()
  const navigate = route.useNavigate()
  const show = (next: { state?: string; reason?: string }) =>
    void navigate({ search: next, resetScroll: false, replace: true }).then(() => document.getElementById('people')?.scrollIntoView({ block: 'start' }))
  return (
    <div className={form.stack}>
      {isUnderWay(c.state) && <Sending campaign={c} report={r} />}
      {isUnderWay(c.state) && <Waiting campaign={c} />}
      {r.counts.unknown > 0 && <UnknownList campaign={c.id} n={r.counts.unknown} />}
      {r.split && <SplitPanel campaign={c.id} split={r.split} />}
      <Headline counts={r.counts} usual={r.usual} />
      <Panel title={t('funnel.title')}>
        <Funnel report={r} />
      </Panel>
      <Panel title={t('chart.title')}>
        {r.timeline.length === 0 ? (
          <p className="muted">{t('chart.empty')}</p>
        ) : (
          <Suspense fallback={<TilesSkeleton tiles={1} />}>
            <Chart steps={r.timeline} seconds={r.step_seconds} />
          </Suspense>
        )}
      </Panel>
      <Causes reasons={r.reasons} onShow={show} />
      <Domains domains={r.domains} />
      {c.tracking.clicks && r.links.length > 0 && <ClickMap campaign={c.id} variants={r.split?.split.by === 'letter' ? r.split.variants.map((v) => v.name) : []} />}
      <Links links={r.links} tracked={c.tracking.clicks} />
      <Devices devices={r.devices} />
      <AgainPanel campaign={c} />
      <People campaign={c.id} state={state} reason={reason} onChange={show} />
    </div>
  )
}

function useAct(id: string) {
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const act = async (work: (o: { path: { id: string } }) => Promise<Campaign>) => {
    setBusy(true)
    try {
      client.setQueryData(campaignKey(id), await work({ path: { id } }))
      void client.invalidateQueries({ queryKey: campaignKey(id) })
      void client.invalidateQueries({ queryKey: campaignsKey })
    } catch (e) {
      toastProblem(e)
    } finally {
      setBusy(false)
    }
  }
  return { busy, act }
}

function Primary({ campaign: c }: { campaign: Campaign }) {
  const { t } = useTranslation('report')
  const canSend = useCan('campaigns.send')
  const canEdit = useCan('campaigns.edit')
  const { busy, act } = useAct(c.id)
  if (c.can.edit && canEdit) {
    return <LinkButton link={{ to: '/campaigns/$id/edit', params: { id: c.id } }}>{t('action.edit')}</LinkButton>
  }
  if (c.can.pause && canSend) {
    return (
      <Button loading={busy} onClick={() => void act(pauseCampaign)}>
        {t('action.pause')}
      </Button>
    )
  }
  if (c.can.resume && canSend && !c.hold) {
    return (
      <Button loading={busy} onClick={() => void act(resumeCampaign)}>
        {t('action.resume')}
      </Button>
    )
  }
  return null
}

function Actions({ campaign: c }: { campaign: Campaign }) {
  const { t, i18n } = useTranslation('report')
  const fmt = useFmt()
  const client = useQueryClient()
  const navigate = useNavigate()
  const canSend = useCan('campaigns.send')
  const canEdit = useCan('campaigns.edit')
  const [asking, setAsking] = useState<'cancel' | 'delete' | null>(null)
  const { act } = useAct(c.id)
  const copy = () =>
    copyCampaign({ path: { id: c.id }, headers: once() }).then((made) => {
      void client.invalidateQueries({ queryKey: campaignsKey })
      return navigate({ to: '/campaigns/$id/edit', params: { id: made.id } })
    }, toastProblem)
  const remove = async () => {
    await deleteCampaign({ path: { id: c.id } })
    await client.invalidateQueries({ queryKey: campaignsKey })
    await navigate({ to: '/campaigns' })
  }
  return (
    <>
      {c.can.cancel && canSend && c.started_at && (
        <Button variant="default" onClick={() => setAsking('cancel')}>
          {t('action.cancel')}
        </Button>
      )}
      <Menu>
        <Menu.Target>
          <Button variant="default" aria-label={t('action.more')} px="xs">
            <IconDots size={18} aria-hidden />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {c.started_at && (
            <Menu.Item component="a" href={`/api/v1/campaigns/${c.id}/deliveries.csv?lang=${i18n.language}`} download leftSection={<IconDownload size={18} aria-hidden />}>
              {t('action.csv')}
            </Menu.Item>
          )}
          {canEdit && (
            <Menu.Item onClick={() => void copy()} leftSection={<IconCopy size={18} aria-hidden />}>
              {t('action.copy')}
            </Menu.Item>
          )}
          {c.can.delete && canEdit && (
            <Menu.Item color="red" onClick={() => setAsking('delete')} leftSection={<IconTrash size={18} aria-hidden />}>
              {t('action.delete')}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <Confirm opened={asking === 'cancel'} onClose={() => setAsking(null)} title={t('cancel.title', { n: fmt.number(c.counts.pending + c.counts.retrying) })} action={t('action.cancel')} onConfirm={() => act(cancelCampaign)}>
        <p>{t('cancel.text')}</p>
      </Confirm>
      <Confirm opened={asking === 'delete'} onClose={() => setAsking(null)} title={t('delete.title', { name: c.name })} action={t('action.delete')} onConfirm={remove}>
        <p>{t('delete.text')}</p>
      </Confirm>
    </>
  )
}
