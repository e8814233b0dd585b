import { Button, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useRouter } from '@tanstack/react-router'
import * as v from 'valibot'
import { updateAccount } from '@/api'
import { setSession, useMe } from '@/app/session'
import { required } from '@/lib/rules'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { useApiForm } from '@/ui/useApiForm'
import { GuestCard } from './GuestCard'
import css from './GuestCard.module.css'

const welcomeForm = v.object({ name: v.pipe(required, v.maxLength(120, 'too_long')) })

/** Welcome asks a new account what it is called; the language is switched above. Everything else has a default. */
export function Welcome() {
  const { t } = useTranslation('access')
  const me = useMe()
  const router = useRouter()
  const { form, busy, problem, onSubmit } = useApiForm({
    initial: { name: me.account.name },
    schema: welcomeForm,
    send: ({ name }) => updateAccount({ body: { name: name.trim() } }),
    onDone: (account) => {
      setSession({ ...me, account, accounts: me.accounts.map((a) => (a.id === account.id ? { ...a, name: account.name } : a)) })
      void router.navigate({ to: '/' })
    },
  })
  return (
    <GuestCard title={t('welcome.title')} hint={t('welcome.hint')}>
      <form className={css.form} onSubmit={onSubmit} noValidate>
        <ProblemAlert error={problem} />
        <TextInput
          label={t('welcome.company')}
          description={t('welcome.company_hint')}
          autoComplete="organization"
          autoFocus
          key={form.key('name')}
          {...form.getInputProps('name')}
        />
        <Button type="submit" loading={busy} fullWidth>
          {t('welcome.action')}
        </Button>
      </form>
    </GuestCard>
  )
}
