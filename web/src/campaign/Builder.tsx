import { Button, Checkbox, Radio, Select, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Campaign, getCampaign, ifMatch, type LetterProblem, listSenders, type PatchCampaignInputBody, updateCampaign } from '@/api'
import { useCan } from '@/app/session'
import { BlockLetter, ToBlocks } from '@/content/BlockLetter'
import css from '@/content/Content.module.css'
import { LetterEditor } from '@/content/LetterEditor'
import { Preview, usePreview } from '@/content/Preview'
import { useKeys } from '@/lib/hotkeys'
import form from '@/ui/Form.module.css'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { FormSkeleton } from '@/ui/Skeletons'
import { AudienceChoice } from './AudienceChoice'
import { useAutosave } from './autosave'
import { campaignKey, campaignsKey, preflightKey } from './campaign'
import { SaveStatus, StaleDialog } from './SaveStatus'
import { SendPanel } from './SendPanel'
import { SplitChoice } from './SplitChoice'
import { TestSend } from './TestSend'
import { TopicChoice } from './TopicChoice'

const route = getRouteApi('/cabinet/campaigns/$id/edit')

/** Builder puts a campaign together: purpose, sender, audience, letter, time; then sends it (MSG-1). */
export function Builder() {
  const { t } = useTranslation('campaign')
  const { id } = route.useParams()
  const query = useQuery({
    queryKey: [...campaignKey(id), 'edit'],
    queryFn: ({ signal }) => getCampaign({ path: { id }, signal }),
    // The form holds the truth while it is open; a silent reload must not replace what is being typed.
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    gcTime: 0,
  })
  if (query.data) return <Opened start={query.data} />
  return (
    <Page title={t('builder.title')} back={{ to: '/campaigns', label: t('list.title') }}>
      <Loaded query={query} skeleton={<FormSkeleton fields={6} />}>
        {() => null}
      </Loaded>
    </Page>
  )
}

function Opened({ start }: { start: Campaign }) {
  const { t } = useTranslation('campaign')
  const client = useQueryClient()
  const navigate = route.useNavigate()
  const [c, setC] = useState(start)
  const canEdit = useCan('campaigns.edit') && c.can.edit
  const auto = useAutosave({
    version: start.version,
    save: (body, version) => updateCampaign({ path: { id: start.id }, headers: ifMatch(version), body }),
    onSaved: (saved) => {
      setC((mine) => ({ ...mine, version: saved.version, updated_at: saved.updated_at, problem: saved.problem }))
      client.setQueryData(campaignKey(start.id), saved)
      void client.invalidateQueries({ queryKey: preflightKey(start.id) })
      void client.invalidateQueries({ queryKey: campaignsKey })
    },
  })
  useKeys({ 'mod+S': () => void auto.flush() })
  const change = (next: PatchCampaignInputBody) => {
    setC((old) => ({ ...old, ...next }) as Campaign)
    auto.put(next)
  }
  const settle = async (mine: boolean) => {
    const fresh = await getCampaign({ path: { id: start.id } })
    if (!mine) setC(fresh)
    // Mine is all that is on screen, not only what was typed last.
    else auto.put({ name: c.name, purpose: c.purpose, topic: c.topic ?? '', sender: c.sender, ...(!c.repeats && { audience: c.audience }), letter: c.letter, tracking: c.tracking, split: c.split })
    await auto.settle(fresh, mine)
  }
  if (!c.can.edit) {
    return (
      <Page title={c.name} back={{ to: '/campaigns', label: t('list.title') }}>
        <div className={form.note} role="note">
          {t('builder.not_draft')}{' '}
          <Link to="/campaigns/$id" params={{ id: c.id }}>
            {t('builder.open_report')}
          </Link>
        </div>
      </Page>
    )
  }
  return (
    <Page title={c.name || t('builder.title')} back={{ to: '/campaigns', label: t('list.title') }} state={<SaveStatus state={auto.state} />} width="wide">
      {c.problem && (
        <div className={form.note} data-tone="danger" role="alert">
          {t('builder.launch_failed')} {t(`problem.${c.problem}`, { defaultValue: c.problem })}
        </div>
      )}
      <Basics campaign={c} change={change} disabled={!canEdit} />
      <Panel title={t('audience.title')} hint={t('audience.hint')}>
        {c.repeats ? <Repeated id={c.repeats.campaign} /> : <AudienceChoice id={c.id} audience={c.audience} onChange={(audience) => change({ audience })} disabled={!canEdit} />}
      </Panel>
      <Letter campaign={c} change={change} disabled={!canEdit} flush={auto.flush} />
      {!c.repeats && <SplitChoice campaign={c} change={change} disabled={!canEdit} />}
      <SendPanel campaign={c} flush={auto.flush} onSent={() => void navigate({ to: '/campaigns/$id', params: { id: c.id } })} />
      {auto.state.is === 'stale' && <StaleDialog onMine={() => void settle(true)} onTheirs={() => void settle(false)} />}
    </Page>
  )
}

// A repeated campaign has no audience of its own.
function Repeated({ id }: { id: string }) {
  const { t } = useTranslation('campaign')
  return (
    <p id="part-audience" tabIndex={-1}>
      {t('audience.repeated')}{' '}
      <Link to="/campaigns/$id" params={{ id }}>
        {t('audience.repeated_open')}
      </Link>
    </p>
  )
}

interface PartProps {
  campaign: Campaign
  change: (next: PatchCampaignInputBody) => void
  disabled: boolean
}

function Basics({ campaign: c, change, disabled }: PartProps) {
  const { t } = useTranslation('campaign')
  const senders = useQuery({ queryKey: ['senders'], queryFn: async ({ signal }) => (await listSenders({ signal })).items })
  return (
    <Panel title={t('basics.title')}>
      <div className={form.form}>
        <div className={form.pair}>
          <TextInput
            id="part-name"
            label={t('name.label')}
            description={t('name.hint')}
            value={c.name}
            maxLength={120}
            disabled={disabled}
            error={c.name.trim() === '' && t('name.needed')}
            onChange={(e) => change({ name: e.currentTarget.value })}
          />
          <Select
            id="part-sender"
            label={t('sender.label')}
            description={t('sender.hint')}
            placeholder={t('sender.choose')}
            disabled={disabled}
            data={senders.data?.map((s) => ({ value: s.id, label: `${s.name} <${s.address}>` })) ?? []}
            value={c.sender || null}
            onChange={(v) => change({ sender: v ?? '' })}
          />
        </div>
        {senders.data?.length === 0 && (
          <p className={form.note} data-tone="warning">
            {t('sender.none')} <Link to="/channels/new">{t('sender.connect')}</Link>
          </p>
        )}
        <Radio.Group label={t('purpose.label')} value={c.purpose} onChange={(v) => change(v === 'advertising' ? { purpose: v } : { purpose: v as Campaign['purpose'], topic: '' })}>
          <div className={form.pair}>
            <Radio disabled={disabled} value="advertising" label={t('purpose.advertising')} description={t('purpose.advertising_hint')} />
            <Radio disabled={disabled} value="third_party" label={t('purpose.third_party')} description={t('purpose.third_party_hint')} />
            <Radio disabled={disabled} value="transactional" label={t('purpose.transactional')} description={t('purpose.transactional_hint')} />
          </div>
        </Radio.Group>
        {c.purpose === 'advertising' && <TopicChoice topic={c.topic ?? ''} onChange={(topic) => change({ topic })} disabled={disabled} />}
        <div className={form.choices}>
          <Checkbox
            disabled={disabled}
            label={t('tracking.opens')}
            checked={c.tracking.opens}
            onChange={(e) => change({ tracking: { ...c.tracking, opens: e.currentTarget.checked } })}
          />
          <Checkbox
            disabled={disabled}
            label={t('tracking.clicks')}
            checked={c.tracking.clicks}
            onChange={(e) => change({ tracking: { ...c.tracking, clicks: e.currentTarget.checked } })}
          />
        </div>
      </div>
    </Panel>
  )
}

function Letter({ campaign: c, change, disabled, flush }: PartProps & { flush: () => Promise<boolean> }) {
  const { t } = useTranslation('campaign')
  const preview = usePreview(c.letter, c.purpose)
  const [testing, setTesting] = useState(false)
  const problems: LetterProblem[] = preview.data?.problems ?? []
  return (
    <Panel
      title={t('letter.title')}
      aside={
        !disabled && (
          <div className={form.buttons}>
            <ToBlocks id={c.id} letter={c.letter} flush={flush} onChange={(letter) => change({ letter })} />
            <Button variant="default" onClick={() => setTesting(true)}>
              {t('test.action')}
            </Button>
          </div>
        )
      }
    >
      {c.letter.doc ? (
        <BlockLetter id={c.id} letter={c.letter} purpose={c.purpose} problems={problems} disabled={disabled} flush={flush} onChange={(letter) => change({ letter })} />
      ) : (
        <div className={css.split}>
          <LetterEditor letter={c.letter} onChange={(letter) => change({ letter })} problems={problems} disabled={disabled} />
          <Preview letter={c.letter} purpose={c.purpose} />
        </div>
      )}
      {testing && <TestSend id={c.id} before={flush} onClose={() => setTesting(false)} />}
    </Panel>
  )
}
