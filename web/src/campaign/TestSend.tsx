import { Button, Modal, MultiSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { getMessage, listMembers, type MessageRef, once, testCampaign } from '@/api'
import { useMe } from '@/app/session'
import { DeliveryPill } from '@/delivery/DeliveryPill'
import form from '@/ui/Form.module.css'
import { ProblemAlert } from '@/ui/ProblemAlert'

interface Props {
  id: string
  /** Saves what was typed, so that the test shows it; tells whether the server has it. */
  before: () => Promise<boolean>
  onClose: () => void
}

const ended = new Set(['delivered', 'failed', 'skipped', 'expired', 'unknown'])

/** TestSend sends the letter to colleagues through the real pipeline and shows how it went. */
export function TestSend({ id, before, onClose }: Props) {
  const { t } = useTranslation('campaign')
  const me = useMe()
  const [to, setTo] = useState([me.member.email])
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const [unsaved, setUnsaved] = useState(false)
  const [sent, setSent] = useState<MessageRef[]>([])
  const members = useQuery({
    queryKey: ['members', 'emails'],
    queryFn: async ({ signal }) => (await listMembers({ query: { limit: 200 }, signal })).items.map((m) => m.email),
    retry: false,
  })
  const send = async () => {
    setBusy(true)
    setError(null)
    try {
      const saved = await before()
      setUnsaved(!saved)
      if (saved) setSent((await testCampaign({ path: { id }, headers: once(), body: { addresses: to } })).messages)
    } catch (e) {
      setError(e)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Modal opened onClose={onClose} title={t('test.title')} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <div className={form.stack}>
        <ProblemAlert error={error} />
        {unsaved && <p className={form.note} data-tone="danger" role="alert">{t('save.first')}</p>}
        <MultiSelect
          label={t('test.to')}
          description={t('test.hint')}
          data={[...new Set([me.member.email, ...(members.data ?? [])])]}
          value={to}
          maxValues={me.limits.test_recipients}
          onChange={setTo}
          data-autofocus
        />
        {sent.length > 0 && (
          <ul className={form.rows} aria-live="polite">
            {sent.map((m) => (
              <TestResult key={m.id} message={m} />
            ))}
          </ul>
        )}
        <div className={`${form.buttons} ${form.end}`}>
          <Button variant="default" onClick={onClose}>
            {t('ui:close')}
          </Button>
          <Button loading={busy} disabled={to.length === 0} onClick={() => void send()}>
            {sent.length > 0 ? t('test.again') : t('test.action')}
          </Button>
        </div>
      </div>
    </Modal>
  )
}

function TestResult({ message }: { message: MessageRef }) {
  const { t } = useTranslation('delivery')
  const query = useQuery({
    queryKey: ['message', message.id],
    queryFn: ({ signal }) => getMessage({ path: { id: message.id }, signal }),
    refetchInterval: (q) => (q.state.data && ended.has(q.state.data.state) ? false : 1000),
  })
  const m = query.data
  return (
    <li className={form.row}>
      <div className={form.main}>
        {message.to}
        {m?.reason && <div className="subtle">{t(`reason.${m.reason}`, { defaultValue: m.reason })}</div>}
        {m?.detail && <div className="subtle mono">{m.detail}</div>}
      </div>
      <DeliveryPill state={m?.state ?? 'pending'} />
    </li>
  )
}
