import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import * as v from 'valibot'
import { acceptInvitation, getInvitationPreview, type InvitationPreview } from '@/api'
import { useLang } from '@/app/useLang'
import { newPassword } from '@/lib/rules'
import { Loaded } from '@/ui/Loaded'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { useApiForm } from '@/ui/useApiForm'
import { Documents, toAccepted, useDocuments } from './Documents'
import { enter } from './enter'
import { GuestCard } from './GuestCard'
import css from './GuestCard.module.css'
import { PasswordField } from './PasswordField'

const route = getRouteApi('/guest/invite/$token')

/** Invited is where the link of an invitation leads. */
export function Invited() {
  const { t } = useTranslation('access')
  const { token } = route.useParams()
  const query = useQuery({
    queryKey: ['invitation', token],
    queryFn: ({ signal }) => getInvitationPreview({ path: { token }, signal }),
    retry: false,
  })
  if (query.error) {
    return (
      <GuestCard title={t('invite.gone')} hint={t('invite.gone_hint')} foot={<Link to="/sign-in">{t('sign_in.action')}</Link>}>
        <ProblemAlert error={query.error} />
      </GuestCard>
    )
  }
  return <Loaded query={query}>{(invitation) => <Accept token={token} invitation={invitation} />}</Loaded>
}

function Accept({ token, invitation }: { token: string; invitation: InvitationPreview }) {
  const { t } = useTranslation('access')
  const { lang } = useLang()
  const documents = useDocuments()
  const known = invitation.has_login
  const { form, busy, problem, onSubmit } = useApiForm({
    initial: { password: '' },
    schema: v.object({ password: known ? v.string() : newPassword }),
    send: async ({ password }) => {
      const accept = toAccepted(documents.data ?? [])
      return acceptInvitation({ path: { token }, body: known ? { lang, accept } : { password, lang, accept } })
    },
    onDone: (me) => void enter(me),
  })
  return (
    <GuestCard
      title={t('invite.title', { account: invitation.account_name })}
      hint={t('invite.hint', { who: invitation.invited_by, email: invitation.email, role: t(`role.${invitation.role}`) })}
    >
      <form className={css.form} onSubmit={onSubmit} noValidate>
        <ProblemAlert error={problem} />
        {!known && (
          <>
            <input type="hidden" autoComplete="username" value={invitation.email} readOnly />
            <PasswordField judge label={t('password.label')} key={form.key('password')} {...form.getInputProps('password')} />
            <Documents query={documents} sentence={t('invite.signing')} />
          </>
        )}
        <Button type="submit" loading={busy} fullWidth>
          {t('invite.action')}
        </Button>
      </form>
    </GuestCard>
  )
}
