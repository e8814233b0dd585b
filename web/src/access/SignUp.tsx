import { Button, Checkbox, TextInput } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import * as v from 'valibot'
import { type Document, register, type Registration } from '@/api'
import { useLang } from '@/app/useLang'
import { email, newPassword, suggestEmail } from '@/lib/rules'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { useApiForm } from '@/ui/useApiForm'
import { Documents, toAccepted, useDocuments } from './Documents'
import { GuestCard } from './GuestCard'
import css from './GuestCard.module.css'
import { PasswordField } from './PasswordField'
import { RegistrationCode } from './RegistrationCode'
import { useKept } from './useKept'

/** What is known between the form and the code; it survives a reload. */
export interface Pending extends Registration {
  email: string
  sentAt: string
}

/** SignUp asks for an address and a password, then for the code from the letter. */
export function SignUp() {
  const [pending, keep] = useKept<Pending>('registration')
  if (pending) return <RegistrationCode pending={pending} keep={keep} />
  return <Form onDone={keep} />
}

const signUpForm = v.object({ email, password: newPassword, news: v.boolean() })

function Form({ onDone }: { onDone: (p: Pending) => void }) {
  const { t } = useTranslation('access')
  const { lang } = useLang()
  const documents = useDocuments()
  const [meant, setMeant] = useState<string | null>(null)
  const { form, busy, problem, onSubmit } = useApiForm({
    initial: { email: '', password: '', news: false },
    schema: signUpForm,
    send: async (values) => {
      const list: Document[] = documents.data ?? (await documents.refetch({ throwOnError: true })).data ?? []
      const body = { ...values, email: values.email.trim(), lang, accept: toAccepted(list) }
      return register({ body })
    },
    onDone: (r, values) => onDone({ ...r, email: values.email.trim(), sentAt: new Date().toISOString() }),
  })
  const correct = () => {
    if (meant) form.setFieldValue('email', meant)
    setMeant(null)
  }
  return (
    <GuestCard
      title={t('sign_up.title')}
      foot={
        <span>
          {t('sign_up.have_account')} <Link to="/sign-in">{t('sign_in.action')}</Link>
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
          onBlur={(e) => setMeant(suggestEmail(e.currentTarget.value.trim()))}
        />
        {meant && (
          <p className={css.sentence} role="status">
            {t('sign_up.meant')}{' '}
            <button type="button" className={css.link} onClick={correct}>
              {meant}
            </button>
          </p>
        )}
        <PasswordField judge label={t('password.label')} key={form.key('password')} {...form.getInputProps('password')} />
        <Checkbox
          label={t('sign_up.news')}
          key={form.key('news')}
          {...form.getInputProps('news', { type: 'checkbox' })}
        />
        <Documents query={documents} sentence={t('sign_up.signing')} />
        <Button type="submit" loading={busy} fullWidth>
          {t('sign_up.action')}
        </Button>
      </form>
    </GuestCard>
  )
}
