import { Button, Modal, Radio, Select, TextInput } from '@mantine/core'
import { IconMail, IconShieldCheck } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import * as v from 'valibot'
import {
  type Invitation,
  invite,
  listInvitations,
  listMembers,
  once,
  removeMember,
  resendInvitation,
  type TeamMember,
  updateMember,
  withdrawInvitation,
} from '@/api'
import { useMe } from '@/app/session'
import { email } from '@/lib/rules'
import { useFmt } from '@/lib/useFmt'
import { Confirm } from '@/ui/Confirm'
import { EmptyState } from '@/ui/EmptyState'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { TableSkeleton } from '@/ui/Skeletons'
import { StatusPill } from '@/ui/StatusPill'
import { toastDone, toastProblem } from '@/ui/toast'
import { useApiForm } from '@/ui/useApiForm'
import css from './Form.module.css'
import { roles } from './roles'

const membersKey = ['members']
const invitationsKey = ['invitations']

/** Team: who may do what in this account (ACC-5). */
export function Team() {
  const { t } = useTranslation('settings')
  const [inviting, setInviting] = useState(false)
  const members = useQuery({
    queryKey: membersKey,
    queryFn: async ({ signal }) => (await listMembers({ query: { limit: 200 }, signal })).items,
  })
  const invitations = useQuery({ queryKey: invitationsKey, queryFn: async ({ signal }) => (await listInvitations({ signal })).items })
  const alone = members.data?.length === 1 && invitations.data?.length === 0
  return (
    <Page title={t('nav.team')} primary={<Button onClick={() => setInviting(true)}>{t('team.invite')}</Button>}>
      <Panel title={t('team.members')} flush>
        <Loaded query={members} skeleton={<TableSkeleton rows={2} />}>
          {(list) => (
            <ul className={css.rows}>
              {list.map((m) => (
                <MemberRow key={m.id} member={m} />
              ))}
            </ul>
          )}
        </Loaded>
      </Panel>
      {alone && <EmptyState title={t('team.alone')} text={t('team.alone_text')} />}
      {invitations.data?.length !== 0 && (
        <Panel title={t('team.invitations')} flush>
          <Loaded query={invitations} skeleton={<TableSkeleton rows={1} />}>
            {(list) => (
              <ul className={css.rows}>
                {list.map((i) => (
                  <InvitationRow key={i.id} invitation={i} />
                ))}
              </ul>
            )}
          </Loaded>
        </Panel>
      )}
      {inviting && <InviteModal onClose={() => setInviting(false)} />}
    </Page>
  )
}

function useRoleOptions() {
  const { t } = useTranslation('settings')
  return roles.map((value) => ({ value, label: t(`role.${value}`) }))
}

function MemberRow({ member: m }: { member: TeamMember }) {
  const { t } = useTranslation('settings')
  const fmt = useFmt()
  const me = useMe()
  const client = useQueryClient()
  const options = useRoleOptions()
  const [removing, setRemoving] = useState(false)
  const name = [m.first_name, m.last_name].filter(Boolean).join(' ') || m.email
  const mine = m.id === me.member.id
  const change = async (role: TeamMember['role']) => {
    try {
      await updateMember({ path: { id: m.id }, body: { role } })
      toastDone(t('team.role_changed', { name, role: t(`role.${role}`) }))
    } catch (e) {
      toastProblem(e)
    }
    await client.invalidateQueries({ queryKey: membersKey })
  }
  const remove = async () => {
    await removeMember({ path: { id: m.id } })
    await client.invalidateQueries({ queryKey: membersKey })
    toastDone(t('team.removed', { name }))
  }
  return (
    <li className={css.row}>
      <div className={css.main}>
        <div className={css.name}>
          {name}
          {mine && <StatusPill>{t('team.you')}</StatusPill>}
          {m.totp_enabled && (
            <StatusPill tone="success" icon={IconShieldCheck}>
              {t('team.totp')}
            </StatusPill>
          )}
        </div>
        <div className="subtle">
          {m.seen_at ? t('team.seen', { email: m.email, when: fmt.relative(m.seen_at) }) : m.email}
        </div>
      </div>
      <Select
        aria-label={t('team.role_of', { name })}
        data={options}
        value={m.role}
        allowDeselect={false}
        w={210}
        onChange={(v) => v && v !== m.role && void change(v as TeamMember['role'])}
      />
      <Button variant="default" onClick={() => setRemoving(true)} aria-label={t('team.remove_named', { name })}>
        {t('team.remove')}
      </Button>
      <Confirm
        opened={removing}
        onClose={() => setRemoving(false)}
        title={t('team.remove_title', { name })}
        action={t('team.remove_action')}
        onConfirm={remove}
      >
        <p>{t('team.remove_text')}</p>
      </Confirm>
    </li>
  )
}

function InvitationRow({ invitation: i }: { invitation: Invitation }) {
  const { t } = useTranslation('settings')
  const fmt = useFmt()
  const client = useQueryClient()
  const refresh = () => client.invalidateQueries({ queryKey: invitationsKey })
  const resend = () =>
    resendInvitation({ path: { id: i.id } }).then(() => {
      toastDone(t('team.resent', { email: i.email }))
      return refresh()
    }, toastProblem)
  const withdraw = () =>
    withdrawInvitation({ path: { id: i.id } }).then(() => {
      toastDone(t('team.withdrawn', { email: i.email }))
      return refresh()
    }, toastProblem)
  return (
    <li className={css.row}>
      <div className={css.main}>
        <div className={css.name}>
          {i.email}
          <StatusPill tone={i.state === 'expired' ? 'warning' : 'info'} icon={IconMail}>
            {t(`team.${i.state}`)}
          </StatusPill>
        </div>
        <div className="subtle">{t('team.invited', { role: t(`role.${i.role}`), until: fmt.date(i.expires_at) })}</div>
      </div>
      <Button variant="default" onClick={() => void resend()} aria-label={t('team.resend_named', { email: i.email })}>
        {t('team.resend')}
      </Button>
      <Button variant="default" onClick={() => void withdraw()} aria-label={t('team.withdraw_named', { email: i.email })}>
        {t('team.withdraw')}
      </Button>
    </li>
  )
}

const inviteForm = v.object({ email, role: v.picklist(roles) })

function InviteModal({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('settings')
  const client = useQueryClient()
  const [key] = useState(once)
  const { form, busy, problem, onSubmit } = useApiForm({
    initial: { email: '', role: 'marketer' as TeamMember['role'] },
    schema: inviteForm,
    send: (body) => invite({ body: { ...body, email: body.email.trim() }, headers: key }),
    onDone: async (_, values) => {
      await client.invalidateQueries({ queryKey: invitationsKey })
      toastDone(t('team.sent', { email: values.email.trim() }))
      onClose()
    },
  })
  return (
    <Modal opened onClose={onClose} title={t('team.invite_title')} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <form className={css.form} onSubmit={onSubmit} noValidate>
        <ProblemAlert error={problem} />
        <TextInput data-autofocus label={t('profile.email')} type="email" key={form.key('email')} {...form.getInputProps('email')} />
        <Radio.Group label={t('team.role')} key={form.key('role')} {...form.getInputProps('role')}>
          <div className={css.stack}>
            {roles.map((r) => (
              <Radio key={r} value={r} label={t(`role.${r}`)} description={t(`role.${r}_may`)} />
            ))}
          </div>
        </Radio.Group>
        <p className="subtle">{t('team.invite_hint')}</p>
        <div className={`${css.buttons} ${css.end}`}>
          <Button variant="default" onClick={onClose}>
            {t('ui:cancel')}
          </Button>
          <Button type="submit" loading={busy}>
            {t('team.send')}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
