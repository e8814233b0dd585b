import { Button, TextInput } from '@mantine/core'
import { Link, useRouter } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import * as v from 'valibot'
import { confirmReset, requestReset, type Reset } from '@/api'
import { email, newPassword } from '@/lib/rules'
import { CodeInput } from '@/ui/CodeInput'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { toastDone } from '@/ui/toast'
import { useApiForm } from '@/ui/useApiForm'
import { GuestCard } from './GuestCard'
import css from './GuestCard.module.css'
import { PasswordField } from './PasswordField'
import { clock, useCountdown } from './useCountdown'
import { useKept } from './useKept'

interface Asked extends Reset {
  email: string
}

/** ResetPassword sends a code to the address and takes a new password with it. It never tells whether an address is known. */
export function ResetPassword() {
  const [asked, keep] = useKept<Asked>('reset')
  return asked ? <NewPassword asked={asked} keep={keep} /> : <Ask keep={keep} />
}

const askForm = v.object({ email })

function Ask({ keep }: { keep: (a: Asked) => void }) {
  const { t } = useTranslation('access')
  const { form, busy, problem, onSubmit } = useApiForm({
    initial: { email: '' },
    schema: askForm,
    send: (values) => requestReset({ body: { email: values.email.trim() } }),
    onDone: (r, values) => keep({ ...r, email: values.email.trim() }),
  })
  return (
    <GuestCard title={t('reset.title')} hint={t('reset.hint')} foot={<Link to="/sign-in">{t('reset.back')}</Link>}>
      <form className={css.form} onSubmit={onSubmit} noValidate>
        <ProblemAlert error={problem} />
        <TextInput label={t('email')} type="email" autoComplete="username" autoFocus key={form.key('email')} {...form.getInputProps('email')} />
        <Button type="submit" loading={busy} fullWidth>
          {t('reset.send')}
        </Button>
      </form>
    </GuestCard>
  )
}

const resetForm = v.object({
  code: v.pipe(v.string(), v.length(6, 'required')),
  password: newPassword,
})

function NewPassword({ asked, keep }: { asked: Asked; keep: (a: Asked | null) => void }) {
  const { t } = useTranslation('access')
  const router = useRouter()
  const [code, setCode] = useState('')
  const left = useCountdown(asked.resend_at)
  const { form, busy, problem, onSubmit } = useApiForm({
    initial: { code: '', password: '' },
    schema: resetForm,
    send: (body) => confirmReset({ body: { ...body, reset: asked.reset } }),
    onDone: () => {
      keep(null)
      toastDone(t('reset.done'))
      void router.navigate({ to: '/sign-in' })
    },
  })
  const type = (digits: string) => {
    setCode(digits)
    form.setFieldValue('code', digits)
    form.clearFieldError('code')
  }
  return (
    <GuestCard title={t('reset.new_title')} hint={t('reset.sent', { email: asked.email })} foot={<Link to="/sign-in">{t('reset.back')}</Link>}>
      <form className={css.form} onSubmit={onSubmit} noValidate>
        <ProblemAlert error={problem} />
        <CodeInput label={t('code.label')} value={code} onChange={type} onComplete={type} error={form.errors.code as string | undefined} autoFocus />
        <PasswordField judge label={t('password.new')} key={form.key('password')} {...form.getInputProps('password')} />
        <Button type="submit" loading={busy} fullWidth>
          {t('reset.action')}
        </Button>
        {left > 0 ? (
          <span className={css.sentence}>{t('code.resend_in', { time: clock(left) })}</span>
        ) : (
          <button type="button" className={css.link} onClick={() => keep(null)}>
            {t('code.resend')}
          </button>
        )}
      </form>
    </GuestCard>
  )
}
