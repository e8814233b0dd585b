import { Button } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { checkSender, deleteSender, getSender, ifMatch, pauseSender, resumeSender, type Sender, updateSender } from '@/api'
import { useCan } from '@/app/session'
import { useFmt } from '@/lib/useFmt'
import { Confirm } from '@/ui/Confirm'
import form from '@/ui/Form.module.css'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { FormSkeleton } from '@/ui/Skeletons'
import { toastDone, toastProblem } from '@/ui/toast'
import { Records, SigningKey } from './Records'
import { senderKey, SenderPill, sendersKey } from './sender'
import { SenderForm } from './SenderForm'

const route = getRouteApi('/cabinet/channels/$id')

// The minutes of an hour: a record just published is found without pressing the button.
const rechecks = 60

/** SenderCard shows one sender: what to publish in the DNS and what stands there, its settings, pause. */
export function SenderCard() {
  const { t } = useTranslation('channel')
  const fmt = useFmt()
  const { id } = route.useParams()
  const client = useQueryClient()
  const canEdit = useCan('senders.edit')
  const query = useQuery({ queryKey: senderKey(id), queryFn: ({ signal }) => getSender({ path: { id }, signal }) })
  const [busy, setBusy] = useState('')
  const keep = (s: Sender) => {
    client.setQueryData(senderKey(id), s)
    void client.invalidateQueries({ queryKey: sendersKey })
  }
  const act = async (name: string, work: (o: { path: { id: string } }) => Promise<Sender>) => {
    setBusy(name)
    try {
      keep(await work({ path: { id } }))
    } catch (e) {
      toastProblem(e)
    } finally {
      setBusy('')
    }
  }
  const s = query.data
  const waiting = canEdit && s?.state === 'records_missing'
  useRecheck(id, waiting, keep)
  return (
    <Page
      title={s?.name ?? t('card.title')}
      back={{ to: '/channels', label: t('list.title') }}
      state={
        s && (
          <>
            <SenderPill state={s.state} />
            <span>{s.address}</span>
            {s.checked_at && <span>{t('card.checked', { when: fmt.relative(s.checked_at) })}</span>}
          </>
        )
      }
      primary={
        canEdit && s && s.records.length > 0 && (
          <Button loading={busy === 'check'} onClick={() => void act('check', checkSender)}>
            {t('card.check')}
          </Button>
        )
      }
      actions={
        canEdit && s && (
          <Button variant="default" loading={busy === 'pause'} onClick={() => void act('pause', s.paused ? resumeSender : pauseSender)}>
            {s.paused ? t('card.resume') : t('card.pause')}
          </Button>
        )
      }
    >
      <Loaded query={query} skeleton={<FormSkeleton />}>
        {(x) => (
          <div className={form.stack}>
            {x.paused && (
              <p className={form.note} data-tone="warning">
                {t('card.paused_text')}
              </p>
            )}
            <Records sender={x} watched={waiting} />
            {canEdit && <SigningKey sender={x} onChanged={keep} />}
            <Settings sender={x} canEdit={canEdit} onSaved={keep} />
          </div>
        )}
      </Loaded>
    </Page>
  )
}

/** useRecheck looks the records up each minute while one is missing and the page is open, for an hour. */
function useRecheck(id: string, waiting: boolean, onFound: (s: Sender) => void) {
  useQuery({
    queryKey: [...senderKey(id), 'recheck'],
    queryFn: async () => {
      const found = await checkSender({ path: { id } })
      onFound(found)
      return found.checked_at ?? null
    },
    enabled: waiting,
    retry: false,
    refetchOnWindowFocus: false,
    refetchInterval: (q) => (q.state.dataUpdateCount + q.state.errorUpdateCount < rechecks ? 60_000 : false),
  })
}

interface SettingsProps {
  sender: Sender
  canEdit: boolean
  onSaved: (s: Sender) => void
}

function Settings({ sender: s, canEdit, onSaved }: SettingsProps) {
  const { t } = useTranslation('channel')
  const client = useQueryClient()
  const navigate = useNavigate()
  const [deleting, setDeleting] = useState(false)
  if (!canEdit) return null
  const remove = async () => {
    await deleteSender({ path: { id: s.id } })
    await client.invalidateQueries({ queryKey: sendersKey })
    await navigate({ to: '/channels' })
  }
  return (
    <Panel
      title={t('card.settings')}
      aside={
        <Button variant="default" onClick={() => setDeleting(true)}>
          {t('card.delete')}
        </Button>
      }
    >
      <SenderForm
        key={s.version}
        sender={s}
        action={t('ui:save')}
        send={(body) => updateSender({ path: { id: s.id }, headers: ifMatch(s.version), body })}
        onDone={(next) => {
          onSaved(next)
          toastDone(t('card.saved'))
        }}
      />
      <Confirm opened={deleting} onClose={() => setDeleting(false)} title={t('card.delete_title', { name: s.name })} action={t('card.delete')} onConfirm={remove}>
        <p>{t('card.delete_text')}</p>
      </Confirm>
    </Panel>
  )
}
