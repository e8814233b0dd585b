import { Button, Modal } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import * as v from 'valibot'
import { beginTotp, confirmTotp, removeTotp } from '@/api'
import { refreshMe, useMe } from '@/app/session'
import { CodeInput } from '@/ui/CodeInput'
import { CopyField } from '@/ui/CopyField'
import { Loaded } from '@/ui/Loaded'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { toastDone } from '@/ui/toast'
import { useApiForm } from '@/ui/useApiForm'
import { firstText, problemOf } from '@/lib/errors'
import css from './Form.module.css'
import { PasswordField } from './PasswordField'

const QrCode = lazy(() => import('@/ui/QrCode'))

interface Props {
  onClose: () => void
}

/** TotpOn turns the second factor on: scan, confirm by a code, keep the recovery codes. */
export function TotpOn({ onClose }: Props) {
  const { t } = useTranslation('settings')
  const [codes, setCodes] = useState<string[] | null>(null)
  const close = () => {
    if (codes) void refreshMe()
    onClose()
  }
  return (
    <Modal opened onClose={close} title={t('totp.title')} size="lg" closeOnClickOutside={!codes} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      {codes ? <RecoveryCodes codes={codes} onClose={close} /> : <Scan onDone={setCodes} />}
    </Modal>
  )
}

function Scan({ onDone }: { onDone: (codes: string[]) => void }) {
  const { t } = useTranslation('settings')
  // A new secret each time the dialogue opens; until it is confirmed nothing changes.
  const query = useQuery({ queryKey: ['totp'], queryFn: () => beginTotp(), gcTime: 0, staleTime: Infinity, retry: false })
  const [code, setCode] = useState('')
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const confirm = async (digits: string) => {
    setBusy(true)
    setError(null)
    try {
      onDone((await confirmTotp({ body: { code: digits } })).recovery_codes)
    } catch (e) {
      setError(e)
      setCode('')
    } finally {
      setBusy(false)
    }
  }
  return (
    <Loaded query={query}>
      {(totp) => (
        <ol className={css.steps}>
          <li>{t('totp.step_app')}</li>
          <li>
            <div className={css.stack}>
              <span>{t('totp.step_scan')}</span>
              <div className={css.qr}>
                <Suspense fallback={<div style={{ width: 200, height: 200 }} />}>
                  <QrCode value={totp.uri} size={200} label={t('totp.qr')} />
                </Suspense>
              </div>
              <CopyField label={t('totp.secret')} value={totp.secret} />
            </div>
          </li>
          <li>
            <CodeInput
              label={t('totp.step_code')}
              value={code}
              onChange={setCode}
              onComplete={(c) => void confirm(c)}
              error={error ? firstText(problemOf(error)) : undefined}
              disabled={busy}
            />
          </li>
        </ol>
      )}
    </Loaded>
  )
}

function RecoveryCodes({ codes, onClose }: { codes: string[]; onClose: () => void }) {
  const { t } = useTranslation('settings')
  const text = codes.join('\n')
  return (
    <div className={css.stack}>
      <p>{t('totp.codes_hint')}</p>
      <CopyField label={t('totp.codes')} value={text} block />
      <div className={css.buttons}>
        <Button onClick={onClose}>{t('totp.codes_saved')}</Button>
        <Button
          variant="default"
          renderRoot={(props) => (
            <a {...props} download="keruen-recovery-codes.txt" href={`data:text/plain;charset=utf-8,${encodeURIComponent(`${text}\n`)}`}>
              {props.children}
            </a>
          )}
        >
          {t('totp.codes_download')}
        </Button>
      </div>
    </div>
  )
}

const offForm = v.object({ password: v.pipe(v.string(), v.nonEmpty('required')) })

/** TotpOff turns the second factor off after asking for the password. */
export function TotpOff({ onClose }: Props) {
  const { t } = useTranslation('settings')
  const { member } = useMe()
  const { form, busy, problem, onSubmit } = useApiForm({
    initial: { password: '' },
    schema: offForm,
    send: (body) => removeTotp({ body }),
    onDone: async () => {
      await refreshMe()
      toastDone(t('totp.is_off'))
      onClose()
    },
  })
  return (
    <Modal opened onClose={onClose} title={t('totp.turn_off')} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <form className={css.form} onSubmit={onSubmit} noValidate>
        <p>{t('totp.off_warning')}</p>
        <ProblemAlert error={problem} />
        <input type="hidden" autoComplete="username" value={member.email} readOnly />
        <PasswordField label={t('password.current')} key={form.key('password')} {...form.getInputProps('password')} data-autofocus />
        <div className={`${css.buttons} ${css.end}`}>
          <Button variant="default" onClick={onClose}>
            {t('ui:cancel')}
          </Button>
          <Button type="submit" color="red" loading={busy}>
            {t('totp.turn_off')}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
