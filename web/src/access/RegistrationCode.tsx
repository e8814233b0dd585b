import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import * as v from 'valibot'
import { changeRegistrationEmail, confirmRegistration, resendRegistrationCode } from '@/api'
import { product } from '@/app/session'
import { firstText, type Problem, problemOf, problemText } from '@/lib/errors'
import { email } from '@/lib/rules'
import { CodeInput } from '@/ui/CodeInput'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { toastDone } from '@/ui/toast'
import { useApiForm } from '@/ui/useApiForm'
import { enter } from './enter'
import { GuestCard } from './GuestCard'
import css from './GuestCard.module.css'
import type { Pending } from './SignUp'
import { clock, useCountdown } from './useCountdown'

interface Props {
  pending: Pending
  keep: (p: Pending | null) => void
}

/** RegistrationCode asks for the six digits of the letter; the last digit sends them. */
export function RegistrationCode({ pending, keep }: Props) {
  const [changing, setChanging] = useState(false)
  if (changing) return <ChangeEmail pending={pending} keep={keep} onClose={() => setChanging(false)} />
  return <EnterCode pending={pending} keep={keep} onChangeEmail={() => setChanging(true)} />
}

function EnterCode({ pending, keep, onChangeEmail }: Props & { onChangeEmail: () => void }) {
  const { t } = useTranslation('access')
  const [code, setCode] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const late = useCountdown(new Date(new Date(pending.sentAt).getTime() + 60_000).toISOString()) === 0
  const confirm = async (digits: string) => {
    setBusy(true)
    setProblem(null)
    try {
      const me = await confirmRegistration({ body: { registration: pending.registration, code: digits } })
      keep(null)
      await enter(me)
    } catch (e) {
      setProblem(problemOf(e))
      setCode('')
    } finally {
      setBusy(false)
    }
  }
  const wrong = problem?.code === 'access.wrong_code' || problem?.errors?.length
  return (
    <GuestCard title={t('code.title')} hint={t('code.sent', { email: pending.email })}>
      <div className={css.form}>
        {!wrong && <ProblemAlert error={problem} />}
        <CodeInput
          label={t('code.label')}
          value={code}
          onChange={setCode}
          onComplete={(c) => void confirm(c)}
          error={wrong && problem ? firstText(problem) : undefined}
          disabled={busy}
          autoFocus
        />
        {busy && (
          <p className={css.sentence} role="status">
            {t('code.checking')}
          </p>
        )}
        <div className={css.row}>
          <Resend pending={pending} keep={keep} />
          <button type="button" className={css.link} onClick={onChangeEmail}>
            {t('code.other_email')}
          </button>
        </div>
        {product().sandbox && (
          <p className={css.sentence}>
            {t('code.sandbox')}{' '}
            <a href={product().sandbox} target="_blank" rel="noreferrer">
              {t('code.sandbox_link')}
            </a>
          </p>
        )}
        {late && <p className={css.sentence}>{t('code.not_come')}</p>}
      </div>
    </GuestCard>
  )
}

function Resend({ pending, keep }: Props) {
  const { t } = useTranslation('access')
  const left = useCountdown(pending.resend_at)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const resend = async () => {
    setBusy(true)
    setProblem(null)
    try {
      const next = await resendRegistrationCode({ body: { registration: pending.registration } })
      keep({ ...pending, ...next, sentAt: new Date().toISOString() })
      toastDone(t('code.resent'))
    } catch (e) {
      setProblem(problemOf(e))
    } finally {
      setBusy(false)
    }
  }
  if (left > 0) return <span className={css.sentence}>{t('code.resend_in', { time: clock(left) })}</span>
  return (
    <span>
      <button type="button" className={css.link} disabled={busy} onClick={() => void resend()}>
        {t('code.resend')}
      </button>
      {problem && (
        <span className={css.sentence} role="alert">
          {' '}
          {problemText(problem)}
        </span>
      )}
    </span>
  )
}

const emailForm = v.object({ email })

function ChangeEmail({ pending, keep, onClose }: Props & { onClose: () => void }) {
  const { t } = useTranslation('access')
  const { form, busy, problem, onSubmit } = useApiForm({
    initial: { email: pending.email },
    schema: emailForm,
    send: (values) =>
      changeRegistrationEmail({ body: { registration: pending.registration, email: values.email.trim() } }),
    onDone: (next, values) => {
      keep({ ...pending, ...next, email: values.email.trim(), sentAt: new Date().toISOString() })
      onClose()
    },
  })
  return (
    <GuestCard
      title={t('change_email.title')}
      hint={t('change_email.hint')}
      foot={
        <button type="button" className={css.link} onClick={() => keep(null)}>
          {t('change_email.restart')}
        </button>
      }
    >
      <form className={css.form} onSubmit={onSubmit} noValidate>
        <ProblemAlert error={problem} />
        <TextInput label={t('email')} type="email" autoComplete="username" autoFocus key={form.key('email')} {...form.getInputProps('email')} />
        <Button type="submit" loading={busy} fullWidth>
          {t('change_email.action')}
        </Button>
        <button type="button" className={css.link} onClick={onClose}>
          {t('change_email.back')}
        </button>
      </form>
    </GuestCard>
  )
}
