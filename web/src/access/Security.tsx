import { Button } from '@mantine/core'
import { IconDeviceDesktop, IconShieldCheck, IconShieldOff } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import * as v from 'valibot'
import { changePassword, endSession, listSessions, listVisits, type Visit } from '@/api'
import { useList } from '@/api/useList'
import { useMe } from '@/app/session'
import { newPassword } from '@/lib/rules'
import { useFmt } from '@/lib/useFmt'
import { type Column, DataTable } from '@/ui/DataTable'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { TableSkeleton } from '@/ui/Skeletons'
import { StatusPill } from '@/ui/StatusPill'
import { toastDone, toastProblem } from '@/ui/toast'
import { useApiForm } from '@/ui/useApiForm'
import css from './Form.module.css'
import { PasswordField } from './PasswordField'
import { TotpOff, TotpOn } from './Totp'

/** Security: password, second factor, open sessions, history of visits (ACC-3). */
export function Security() {
  const { t } = useTranslation('settings')
  return (
    <Page title={t('nav.security')}>
      <SecondFactor />
      <Password />
      <Sessions />
      <Visits />
    </Page>
  )
}

function SecondFactor() {
  const { t } = useTranslation('settings')
  const { member } = useMe()
  const [open, setOpen] = useState(false)
  const on = member.totp_enabled
  return (
    <Panel
      title={t('totp.title')}
      hint={on ? t('totp.on_hint') : t('totp.off_hint')}
      aside={
        <StatusPill tone={on ? 'success' : 'warning'} icon={on ? IconShieldCheck : IconShieldOff}>
          {on ? t('totp.on') : t('totp.off')}
        </StatusPill>
      }
    >
      <Button variant={on ? 'default' : 'filled'} onClick={() => setOpen(true)}>
        {on ? t('totp.turn_off') : t('totp.turn_on')}
      </Button>
      {open && (on ? <TotpOff onClose={() => setOpen(false)} /> : <TotpOn onClose={() => setOpen(false)} />)}
    </Panel>
  )
}

const passwordForm = v.object({ current: v.pipe(v.string(), v.nonEmpty('required')), new: newPassword })

function Password() {
  const { t } = useTranslation('settings')
  const client = useQueryClient()
  const [round, setRound] = useState(0)
  const { form, busy, problem, onSubmit } = useApiForm({
    initial: { current: '', new: '' },
    schema: passwordForm,
    send: (body) => changePassword({ body }),
    onDone: () => {
      form.reset()
      setRound(round + 1) // draws the fields anew, so that what was typed does not stay in the page
      toastDone(t('password.done'))
      void client.invalidateQueries({ queryKey: ['sessions'] })
    },
  })
  return (
    <Panel title={t('password.title')} hint={t('password.hint')}>
      <form className={css.form} onSubmit={onSubmit} noValidate>
        <ProblemAlert error={problem} />
        <div className={css.pair} key={round}>
          <PasswordField label={t('password.current')} key={form.key('current')} {...form.getInputProps('current')} />
          <PasswordField judge label={t('password.new')} key={form.key('new')} {...form.getInputProps('new')} />
        </div>
        <div className={css.buttons}>
          <Button type="submit" variant="default" loading={busy}>
            {t('password.action')}
          </Button>
        </div>
      </form>
    </Panel>
  )
}

function Sessions() {
  const { t } = useTranslation('settings')
  const fmt = useFmt()
  const client = useQueryClient()
  const query = useQuery({ queryKey: ['sessions'], queryFn: async ({ signal }) => (await listSessions({ signal })).items })
  const end = (id: string) =>
    endSession({ path: { id } }).then(() => {
      toastDone(t('sessions.ended'))
      return client.invalidateQueries({ queryKey: ['sessions'] })
    }, toastProblem)
  return (
    <Panel title={t('sessions.title')} hint={t('sessions.hint')} flush>
      <Loaded query={query} skeleton={<TableSkeleton rows={2} />}>
        {(sessions) => (
          <ul className={css.rows}>
            {sessions.map((s) => (
              <li key={s.id} className={css.row}>
                <div className={css.main}>
                  <div className={css.name}>
                    <IconDeviceDesktop size={18} stroke={1.7} aria-hidden />
                    {s.browser || t('visits.unknown_browser')}
                    {s.current && <StatusPill tone="primary">{t('sessions.current')}</StatusPill>}
                  </div>
                  <div className="subtle">
                    {t('sessions.facts', { ip: s.ip, since: fmt.shortDateTime(s.created_at), seen: fmt.relative(s.seen_at) })}
                  </div>
                </div>
                {!s.current && (
                  <Button variant="default" size="xs" onClick={() => void end(s.id)} aria-label={t('sessions.end_named', { name: s.browser })}>
                    {t('sessions.end')}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Panel>
  )
}

function Visits() {
  const { t } = useTranslation('settings')
  const fmt = useFmt()
  const list = useList<Visit>({
    key: ['visits'],
    load: ({ cursor, signal }) => listVisits({ query: { cursor, limit: 20 }, signal }),
  })
  const bad = (r: string) => r.startsWith('wrong')
  const columns: Column<Visit>[] = [
    { key: 'at', header: t('visits.at'), width: '190px', cell: (x) => fmt.shortDateTime(x.at), phone: 'line' },
    {
      key: 'result',
      header: t('visits.result'),
      cell: (x) => <StatusPill tone={bad(x.result) ? 'danger' : 'neutral'}>{t(`visit.${x.result}`)}</StatusPill>,
      phone: 'title',
    },
    { key: 'browser', header: t('visits.browser'), cell: (x) => x.browser || t('visits.unknown_browser'), phone: 'line' },
    { key: 'ip', header: t('visits.ip'), width: '170px', cell: (x) => x.ip, phone: 'line' },
  ]
  return (
    <Panel title={t('visits.title')} hint={t('visits.hint')} flush>
      <Loaded query={list.query} skeleton={<TableSkeleton rows={5} />}>
        {() => <DataTable label={t('visits.title')} columns={columns} rows={list.rows} rowKey={(x) => x.id} more={list.more} />}
      </Loaded>
    </Panel>
  )
}
