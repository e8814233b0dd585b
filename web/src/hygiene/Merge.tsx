import { Button, Radio } from '@mantine/core'
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Contact, getContact, mergeContacts, type MergePreview, once, previewMerge } from '@/api'
import { builtinFields, contactsKey, fieldText, titleOf, useFields } from '@/contact/contact'
import { useFmt } from '@/lib/useFmt'
import form from '@/ui/Form.module.css'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { FormSkeleton } from '@/ui/Skeletons'
import { toastDone } from '@/ui/toast'
import { duplicatesKey, mergesKey } from './hygiene'

const route = getRouteApi('/cabinet/duplicates/merge')

/** Merge makes one contact of several: which one stays, and whose value counts where they differ (AUD-8). */
export function Merge() {
  const { t } = useTranslation('hygiene')
  const ids: string[] = (route.useSearch().ids ?? '').split(',').filter(Boolean)
  const query = useQuery({
    queryKey: ['merge', ids],
    queryFn: ({ signal }) => Promise.all(ids.map((id) => getContact({ path: { id }, signal }))),
  })
  return (
    <Page title={t('merge_title')} state={t('merge_state')} back={{ to: '/duplicates', label: t('title') }}>
      <Loaded query={query} skeleton={<FormSkeleton />}>
        {(contacts) => <Chooser contacts={distinct(contacts)} />}
      </Loaded>
    </Page>
  )
}

// Contacts that were merged meanwhile lead to the same one.
const distinct = (list: Contact[]) => list.filter((c, i) => list.findIndex((x) => x.id === c.id) === i)

function Chooser({ contacts }: { contacts: Contact[] }) {
  const { t } = useTranslation('hygiene')
  const [into, setInto] = useState(contacts[0]?.id ?? '')
  const [take, setTake] = useState<Record<string, string>>({})
  const body = { into, from: contacts.map((c) => c.id).filter((id) => id !== into), take }
  const few = contacts.length < 2
  const preview = useQuery({ queryKey: ['merge-preview', body], queryFn: ({ signal }) => previewMerge({ body, signal }), placeholderData: keepPreviousData, enabled: !few })
  const save = useMerge(body)
  if (few) return <div className={form.note}>{t('merge_few')}</div>
  return (
    <div className={form.stack}>
      <Panel title={t('stays')} hint={t('stays_hint')}>
        <Radio.Group value={into} onChange={setInto} aria-label={t('stays')}>
          <div className={form.stack}>
            {contacts.map((c) => (
              <Radio key={c.id} value={c.id} label={<Person contact={c} />} />
            ))}
          </div>
        </Radio.Group>
      </Panel>
      <Loaded query={preview} skeleton={<FormSkeleton />}>
        {(p) => (
          <>
            <Conflicts preview={p} contacts={contacts} into={into} take={take} onTake={(field, id) => setTake({ ...take, [field]: id })} />
            <Outcome preview={p} />
          </>
        )}
      </Loaded>
      <ProblemAlert error={save.problem} />
      <div className={form.buttons}>
        <Button loading={save.busy} disabled={!preview.data} onClick={() => void save.run()}>
          {t('merge_action', { count: contacts.length, n: String(contacts.length) })}
        </Button>
        <span className="subtle">{t('merge_undo')}</span>
      </div>
    </div>
  )
}

function useMerge(body: { into: string; from: string[]; take: Record<string, string> }) {
  const { t } = useTranslation('hygiene')
  const client = useQueryClient()
  const navigate = useNavigate()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>(null)
  const run = async () => {
    setBusy(true)
    setProblem(null)
    try {
      await mergeContacts({ headers: once(), body })
      await Promise.all([duplicatesKey, mergesKey, contactsKey, ['contact']].map((queryKey) => client.invalidateQueries({ queryKey })))
      toastDone(t('merge_done'))
      await navigate({ to: '/contacts/$id', params: { id: body.into } })
    } catch (e) {
      setProblem(e)
    } finally {
      setBusy(false)
    }
  }
  return { run, busy, problem }
}

function Person({ contact: c }: { contact: Contact }) {
  const { t } = useTranslation('hygiene')
  const fmt = useFmt()
  return (
    <>
      <strong>{titleOf(c)}</strong>{' '}
      <span className="muted">
        {[c.email, c.phone && fmt.phone(c.phone), t('added', { date: fmt.shortDate(c.created_at) })].filter(Boolean).join(' · ')}
      </span>
    </>
  )
}

interface ConflictsProps {
  preview: MergePreview
  contacts: Contact[]
  into: string
  take: Record<string, string>
  onTake: (field: string, id: string) => void
}

function Conflicts({ preview, contacts, into, take, onTake }: ConflictsProps) {
  const { t } = useTranslation('hygiene')
  const conflicts = preview.conflicts ?? []
  const name = useFieldName()
  if (conflicts.length === 0) return null
  return (
    <Panel title={t('differ')} hint={t('differ_hint')}>
      <div className={form.stack}>
        {conflicts.map((c) => {
          const owners = contacts.filter((x) => x.id in c.values)
          const value = take[c.field] ?? (into in c.values ? into : (owners[0]?.id ?? ''))
          return (
            <Radio.Group key={c.field} label={name(c.field)} value={value} onChange={(id) => onTake(c.field, id)}>
              <div className={form.choices}>
                {owners.map((x) => (
                  <Radio key={x.id} value={x.id} label={fieldText(c.values[x.id])} />
                ))}
              </div>
            </Radio.Group>
          )
        })}
      </div>
    </Panel>
  )
}

function useFieldName() {
  const { t } = useTranslation('contact')
  const { t: own } = useTranslation('hygiene')
  const fields = useFields()
  return (field: string) => {
    if (field === 'external_id') return own('external_id')
    if (builtinFields.includes(field)) return t(`field.${field}`)
    const key = field.replace('fields.', '')
    return fields.data?.find((f) => f.key === key)?.label ?? key
  }
}

// What stays known and what is lost, in words, before the button.
function Outcome({ preview }: { preview: MergePreview }) {
  const { t } = useTranslation('hygiene')
  const aliases = preview.aliases ?? []
  const lost = preview.lost ?? []
  const withdrawn = preview.result.consents?.some((c) => c.state === 'withdrawn')
  return (
    <>
      {withdrawn && (
        <div className={form.note} data-tone="warning" role="note">
          {t('left')}
        </div>
      )}
      {lost.length > 0 && !withdrawn && (
        <div className={form.note} data-tone="warning" role="note">
          {t('lost')}
        </div>
      )}
      {aliases.length > 0 && (
        <div className={form.note} role="note">
          {t('aliases', { list: aliases.map((a) => a.address).join(', ') })}
        </div>
      )}
    </>
  )
}
