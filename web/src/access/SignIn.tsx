import { Button, TextInput } from '@mantine/core'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import * as v from 'valibot'
import { answerSecondFactor, type Me, signIn } from '@/api'
import { email } from '@/lib/rules'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { useApiForm } from '@/ui/useApiForm'
import { enter } from './enter'
import { GuestCard } from './GuestCard'
import css from './GuestCard.module.css'
import { PasswordField } from './PasswordField'

const route = getRouteApi('/guest/sign-in')

/** SignIn asks for the password, then for the second factor where it is on. */
export function SignIn() {
  const [challenge, setChallenge] = useState('')
  const { next } = route.useSearch()
  const done = (me: Me) => enter(me, next)
  return challenge ? (
    <SecondFactor challenge={challenge} onDone={done} onBack={() => setChallenge('')} />
  ) : (
    <Password onDone={done} onChallenge={setChallenge} />
  )
}

const passwordForm = v.object({ email, password: v.pipe(v.string(), v.nonEmpty('required')) })

function Password({ onDone, onChallenge }: { onDone: (me: Me) => void; onChallenge: (c: string) => void }) {
  const { t } = useTranslation('access')
  const { form, busy, problem, onSubmit } = useApiForm({
    initial: { email: '', password: '' },
    schema: passwordForm,
    send: (body) => signIn({ body: { ...body, email: body.email.trim() } }),
    onDone: (answer) => (answer.me ? onDone(answer.me) : onChallenge(answer.challenge ?? '')),
  })
  return (
    <GuestCard
      title={t('sign_in.title')}
      foot={
        <span>
          {t('sign_in.no_account')} <Link to="/sign-up">{t('sign_up.action')}</Link>
        </span>
      }
    >
      <form className={css.form} onSubmit={onSubmit} noValidate>
        <ProblemAlert error={problem} />
        <TextInput
          label={t('email')}
          type="email"
          autoComplete="username"
          inputMode="email"
          autoFocus
          key={form.key('email')}
          {...form.getInputProps('email')}
        />
        <PasswordField label={t('password.label')} key={form.key('password')} {...form.getInputProps('password')} />
        <Button type="submit" loading={busy} fullWidth>
          {t('sign_in.action')}
        </Button>
        <Link to="/reset" className={css.link}>
          {t('sign_in.forgot')}
        </Link>
      </form>
    </GuestCard>
  )
}

const codeForm = v.object({ code: v.pipe(v.string(), v.trim(), v.minLength(6, 'required')) })

interface SecondFactorProps {
  challenge: string
  onDone: (me: Me) => void
  onBack: () => void
}

function SecondFactor({ challenge, onDone, onBack }: SecondFactorProps) {
  const { t } = useTranslation('access')
  const [recovery, setRecovery] = useState(false)
  const { form, busy, problem, onSubmit } = useApiForm({
    initial: { code: '' },
    schema: codeForm,
    send: ({ code }) => answerSecondFactor({ body: { challenge, code: code.replace(/\s/g, '') } }),
    onDone,
  })
  return (
    <GuestCard title={t('second.title')} hint={recovery ? t('second.recovery_hint') : t('second.hint')}>
      <form className={css.form} onSubmit={onSubmit} noValidate>
        <ProblemAlert error={problem} />
        <TextInput
          key={`${form.key('code')}${recovery}`}
          label={recovery ? t('second.recovery') : t('code.label')}
          autoComplete="one-time-code"
          inputMode={recovery ? 'text' : 'numeric'}
          maxLength={24}
          autoFocus
          {...form.getInputProps('code')}
        />
        <Button type="submit" loading={busy} fullWidth>
          {t('sign_in.action')}
        </Button>
        <div className={css.row}>
          <button type="button" className={css.link} onClick={() => setRecovery(!recovery)}>
            {recovery ? t('second.use_app') : t('second.use_recovery')}
          </button>
          <button type="button" className={css.link} onClick={onBack}>
            {t('second.back')}
          </button>
        </div>
      </form>
    </GuestCard>
  )
}
