import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import * as v from 'valibot'
import { acceptInvitation, getInvitationPreview, type InvitationPreview, signOut } from '@/api'
import { useMaybeMe } from '@/app/session'
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
  const me = useMaybeMe()
  const { form, busy, problem, onSubmit } = useApiForm({
    initial: { password: '' },
    schema: v.object({ password: known ? v.string() : newPassword }),
    send: async ({ password }) => {
      const accept = toAccepted(documents.data ?? [])
      return acceptInvitation({ path: { token }, body: known ? { lang, accept } : { password, lang, accept } })
    },
    onDone: (me) => void enter(me),
  })
  // A person with a password accepts while signed in with the invited address.
  if (known && me?.member.email.toLowerCase() !== invitation.email.toLowerCase()) {
    return <SignInFirst token={token} invitation={invitation} signedIn={me !== null} />
  }
  return (
    <GuestCard
      title={t('invite.title', { account: invitation.account_name })}
      hint={t('invite.hint', { email: invitation.email, role: t(`role.${invitation.role}`) })}
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

interface SignInFirstProps {
  token: string
  invitation: InvitationPreview
  signedIn: boolean
}

function SignInFirst({ token, invitation, signedIn }: SignInFirstProps) {
  const { t } = useTranslation('access')
  const go = async () => {
    if (signedIn) await signOut()
    location.assign(`/sign-in?next=${encodeURIComponent(`/invite/${token}`)}`)
  }
  return (
    <GuestCard
      title={t('invite.title', { account: invitation.account_name })}
      hint={signedIn ? t('invite.other_account', { email: invitation.email }) : t('invite.sign_in_first', { email: invitation.email })}
    >
      <Button fullWidth onClick={() => void go()}>
        {signedIn ? t('invite.switch') : t('sign_in.action')}
      </Button>
    </GuestCard>
  )
}
