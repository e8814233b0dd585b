import { Button, Modal, Textarea } from '@mantine/core'
import { IconShieldLock } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import * as v from 'valibot'
import { carryOutPrivacyRequest, listPrivacyRequests, type PrivacyRequest, refusePrivacyRequest } from '@/api'
import { useList } from '@/api/useList'
import { useCan } from '@/app/session'
import { usePolling } from '@/lib/sse'
import { useFmt } from '@/lib/useFmt'
import { Confirm } from '@/ui/Confirm'
import { EmptyState } from '@/ui/EmptyState'
import form from '@/ui/Form.module.css'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { TableSkeleton } from '@/ui/Skeletons'
import { StatusPill, type Tone } from '@/ui/StatusPill'
import { toastDone } from '@/ui/toast'
import { useApiForm } from '@/ui/useApiForm'

const requestsKey = ['privacy-requests']

/** Requests is the register of what people asked about their own data: what is due, who answered, how (CMP-11). */
export function Requests() {
  const { t } = useTranslation('privacy')
  const mayAnswer = useCan('contacts.export')
  const refetchInterval = usePolling() || 10_000 // an order is carried out in seconds, and the stream does not tell of it
  const list = useList<PrivacyRequest>({
    key: requestsKey,
    load: ({ cursor, signal }) => listPrivacyRequests({ query: { cursor, limit: 100 }, signal }),
    refetchInterval,
  })
  return (
    <Page title={t('title')} state={t('state')}>
      <Panel flush>
        <Loaded query={list.query} skeleton={<TableSkeleton />}>
          {() =>
            list.rows.length === 0 ? (
              <EmptyState icon={IconShieldLock} title={t('empty')} text={t('empty_text')} />
            ) : (
              <ul className={form.rows}>
                {list.rows.map((r) => (
                  <Row key={r.id} request={r} mayAnswer={mayAnswer} />
                ))}
              </ul>
            )
          }
        </Loaded>
      </Panel>
      {list.more.has && (
        <Button variant="default" loading={list.more.loading} onClick={list.more.load}>
          {t('more')}
        </Button>
      )}
    </Page>
  )
}

const tones: Record<PrivacyRequest['state'], Tone> = { new: 'warning', running: 'primary', done: 'success', refused: 'neutral' }

function Row({ request: r, mayAnswer }: { request: PrivacyRequest; mayAnswer: boolean }) {
  const { t } = useTranslation('privacy')
  const fmt = useFmt()
  const [asking, setAsking] = useState<'carry' | 'refuse' | null>(null)
  const erased = r.kind === 'erasure' && r.state === 'done'
  return (
    <li className={form.row}>
      <div className={form.main}>
        <div className={form.name}>
          {t(`kind.${r.kind}`)}
          <StatusPill tone={r.late ? 'danger' : tones[r.state]}>{r.late ? t('late') : t(`request.${r.state}`)}</StatusPill>
        </div>
        <div className="muted">
          {erased ? (
            t('erased')
          ) : (
            <Link to="/contacts/$id" params={{ id: r.contact }}>
              {r.hint || r.contact}
            </Link>
          )}
          {' · '}
          {t(`source.${r.source}`)}
          {' · '}
          {t('received', { date: fmt.dateTime(r.received_at) })}
          {' · '}
          {r.done_at ? t('answered', { date: fmt.dateTime(r.done_at) }) : t('due', { date: fmt.date(r.due_at) })}
          {r.note && ` · ${r.note}`}
        </div>
      </div>
      {mayAnswer && r.state === 'new' && (
        <div className={form.buttons}>
          <Button size="xs" variant="default" onClick={() => setAsking('refuse')}>
            {t('refuse')}
          </Button>
          <Button size="xs" color={r.kind === 'erasure' ? 'red' : undefined} onClick={() => setAsking('carry')}>
            {t(`carry.${r.kind}`)}
          </Button>
        </div>
      )}
      {mayAnswer && r.size > 0 && (
        <Button size="xs" variant="default" component="a" href={`/api/v1/privacy/requests/${r.id}/file`} download>
          {t('download', { size: fmt.bytes(r.size) })}
        </Button>
      )}
      {asking === 'carry' && <Carry request={r} onClose={() => setAsking(null)} />}
      {asking === 'refuse' && <Refuse request={r} onClose={() => setAsking(null)} />}
    </li>
  )
}

function Carry({ request: r, onClose }: { request: PrivacyRequest; onClose: () => void }) {
  const { t } = useTranslation('privacy')
  const client = useQueryClient()
  const carry = async () => {
    await carryOutPrivacyRequest({ path: { id: r.id } })
    await client.invalidateQueries({ queryKey: requestsKey })
    toastDone(t('started'))
  }
  return (
    <Confirm opened onClose={onClose} title={t(`carry_title.${r.kind}`)} action={t(`carry.${r.kind}`)} onConfirm={carry} danger={r.kind === 'erasure'}>
      <p>{t(`carry_text.${r.kind}`)}</p>
    </Confirm>
  )
}

const refusal = v.object({ note: v.pipe(v.string(), v.minLength(3, 'privacy.note'), v.maxLength(1000, 'too_long')) })

function Refuse({ request: r, onClose }: { request: PrivacyRequest; onClose: () => void }) {
  const { t } = useTranslation('privacy')
  const client = useQueryClient()
  const { form: f, busy, problem, onSubmit } = useApiForm({
    initial: { note: '' },
    schema: refusal,
    send: (body) => refusePrivacyRequest({ path: { id: r.id }, body }),
    onDone: () => {
      void client.invalidateQueries({ queryKey: requestsKey })
      onClose()
    },
  })
  return (
    <Modal opened onClose={onClose} title={t('refuse_title')} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <form className={form.form} onSubmit={onSubmit} noValidate>
        <ProblemAlert error={problem} />
        <Textarea label={t('why')} description={t('why_hint')} autosize minRows={3} maxLength={1000} data-autofocus key={f.key('note')} {...f.getInputProps('note')} />
        <div className={`${form.buttons} ${form.end}`}>
          <Button variant="default" onClick={onClose}>
            {t('ui:cancel')}
          </Button>
          <Button type="submit" loading={busy}>
            {t('refuse')}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
