import { Button } from '@mantine/core'
import { IconDownload, IconEraser } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { createPrivacyRequest, getPrivacyRequest, once } from '@/api'
import { contactsKey } from '@/contact/contact'
import { Confirm } from '@/ui/Confirm'
import form from '@/ui/Form.module.css'
import { Panel } from '@/ui/Panel'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { toastDone } from '@/ui/toast'

/** PersonalData carries out the rights of the person whose card is open: a copy of everything known, and an erasure (CMP-11). */
export function PersonalData({ contact, name }: { contact: string; name: string }) {
  const { t } = useTranslation('privacy')
  const [erasing, setErasing] = useState(false)
  const copy = useCopy(contact)
  return (
    <Panel title={t('card.title')} hint={t('card.hint')}>
      <div className={form.stack}>
        <ProblemAlert error={copy.error} />
        <div className={form.buttons}>
          <Button variant="default" leftSection={<IconDownload size={18} aria-hidden />} loading={copy.busy} onClick={() => void copy.run()}>
            {t('card.copy')}
          </Button>
          <Button variant="default" color="red" leftSection={<IconEraser size={18} aria-hidden />} onClick={() => setErasing(true)}>
            {t('card.erase')}
          </Button>
        </div>
      </div>
      {erasing && <Erase contact={contact} name={name} onClose={() => setErasing(false)} />}
    </Panel>
  )
}

// The copy is made as a job within seconds; then the browser takes the file.
function useCopy(contact: string) {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const run = async () => {
    setBusy(true)
    setError(null)
    try {
      let r = await createPrivacyRequest({ headers: once(), body: { contact, kind: 'export', now: true } })
      while (r.state === 'running') {
        await new Promise((done) => setTimeout(done, 700))
        r = await getPrivacyRequest({ path: { id: r.id } })
      }
      if (r.size > 0) location.assign(`/api/v1/privacy/requests/${r.id}/file`)
    } catch (e) {
      setError(e)
    } finally {
      setBusy(false)
    }
  }
  return { run, busy, error }
}

function Erase({ contact, name, onClose }: { contact: string; name: string; onClose: () => void }) {
  const { t } = useTranslation('privacy')
  const client = useQueryClient()
  const navigate = useNavigate()
  const [key] = useState(once)
  const erase = async () => {
    await createPrivacyRequest({ headers: key, body: { contact, kind: 'erasure', now: true } })
    await client.invalidateQueries({ queryKey: contactsKey })
    toastDone(t('started'))
    await navigate({ to: '/settings/privacy' })
  }
  return (
    <Confirm opened onClose={onClose} title={t('card.erase_title', { name })} action={t('card.erase')} onConfirm={erase}>
      <p>{t('carry_text.erasure')}</p>
    </Confirm>
  )
}
