import { Button, Select } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { IconInbox } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { listSubmissions, rejectSubmission, releaseSubmission, type Submission } from '@/api'
import { useList } from '@/api/useList'
import { useFmt } from '@/lib/useFmt'
import { EmptyState } from '@/ui/EmptyState'
import form from '@/ui/Form.module.css'
import { Loaded } from '@/ui/Loaded'
import { Panel } from '@/ui/Panel'
import { TableSkeleton } from '@/ui/Skeletons'
import { StatusPill, type Tone } from '@/ui/StatusPill'
import { toastDone, toastProblem } from '@/ui/toast'
import { formsKey, submissionsKey } from './form'
import type { FormSearch } from './routes'

const route = getRouteApi('/cabinet/forms/$id')

const states: Submission['state'][] = ['pending', 'held', 'confirmed', 'accepted', 'unreachable', 'rejected', 'expired']
const tones: Record<Submission['state'], Tone> = {
  pending: 'info',
  held: 'warning',
  confirmed: 'success',
  accepted: 'success',
  unreachable: 'danger',
  rejected: 'neutral',
  expired: 'neutral',
}

/** Submissions are what came in; those that look like programs' work wait for a decision. */
export function Submissions({ id, may }: { id: string; may: boolean }) {
  const { t } = useTranslation(['form', 'ui'])
  const { state } = route.useSearch()
  const navigate = useNavigate()
  const { query, rows, more } = useList({
    key: [...submissionsKey(id), state],
    load: ({ cursor, signal }) => listSubmissions({ path: { id }, query: { state, cursor }, signal }),
  })
  return (
    <div className={form.stack}>
      <Select
        label={t('subs.show')}
        w={280}
        maw="100%"
        clearable
        clearButtonProps={{ 'aria-label': t('subs.all') }}
        placeholder={t('subs.all')}
        data={states.map((s) => ({ value: s, label: t(`sub.${s}`) }))}
        value={state ?? null}
        onChange={(v) => void navigate({ to: '/forms/$id', params: { id }, search: { tab: 'submissions', state: (v ?? undefined) as FormSearch['state'] } })}
      />
      <Panel flush>
        <Loaded query={query} skeleton={<TableSkeleton rows={4} />}>
          {() =>
            rows.length === 0 ? (
              <EmptyState icon={IconInbox} title={t(state ? 'subs.none' : 'subs.empty')} text={state ? undefined : t('subs.empty_text')} />
            ) : (
              <ul className={form.rows}>
                {rows.map((s) => (
                  <Row key={s.id} form={id} submission={s} may={may} />
                ))}
              </ul>
            )
          }
        </Loaded>
        {more.has && (
          <div className={form.row}>
            <Button variant="default" loading={more.loading} onClick={more.load}>
              {t('ui:table.more')}
            </Button>
          </div>
        )}
      </Panel>
    </div>
  )
}

function Row({ form: id, submission: s, may }: { form: string; submission: Submission; may: boolean }) {
  const { t } = useTranslation('form')
  const fmt = useFmt()
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const decide = async (release: boolean) => {
    setBusy(true)
    try {
      await (release ? releaseSubmission : rejectSubmission)({ path: { id: s.id } })
      await client.invalidateQueries({ queryKey: submissionsKey(id) })
      void client.invalidateQueries({ queryKey: formsKey })
      toastDone(t(release ? 'subs.released' : 'subs.rejected'))
    } catch (e) {
      toastProblem(e)
    } finally {
      setBusy(false)
    }
  }
  const who = [s.email, s.phone, [s.first_name, s.last_name].filter(Boolean).join(' ')].filter(Boolean).join(' · ')
  return (
    <li className={form.row}>
      <div className={form.main}>
        <div className={form.name}>
          {s.contact ? (
            <Link to="/contacts/$id" params={{ id: s.contact }}>
              {t('subs.contact')}
            </Link>
          ) : (
            <span>{who || t('subs.forgotten')}</span>
          )}
          <StatusPill tone={tones[s.state]}>{t(`sub.${s.state}`)}</StatusPill>
        </div>
        <div className="subtle">
          {[fmt.dateTime(s.at), s.page, s.reason && t(`sub_reason.${s.reason}`, { defaultValue: s.reason }), s.state === 'pending' && s.letters > 0 && t('subs.letters', { count: s.letters, n: fmt.number(s.letters) })]
            .filter(Boolean)
            .join(' · ')}
        </div>
      </div>
      {s.state === 'held' && may && (
        <div className={form.buttons}>
          <Button variant="default" size="xs" loading={busy} onClick={() => void decide(true)} aria-label={`${t('subs.release')}: ${who}`}>
            {t('subs.release')}
          </Button>
          <Button variant="subtle" size="xs" disabled={busy} onClick={() => void decide(false)} aria-label={`${t('subs.reject')}: ${who}`}>
            {t('subs.reject')}
          </Button>
        </div>
      )}
    </li>
  )
}
