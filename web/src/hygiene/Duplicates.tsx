import { Button } from '@mantine/core'
import { IconArrowsJoin2, IconSearch } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Contact, denyDuplicates, type DuplicateGroup, findDuplicates, getJob, listDuplicates } from '@/api'
import { useList } from '@/api/useList'
import { useCan } from '@/app/session'
import { titleOf } from '@/contact/contact'
import { useFmt } from '@/lib/useFmt'
import { Confirm } from '@/ui/Confirm'
import { EmptyState } from '@/ui/EmptyState'
import form from '@/ui/Form.module.css'
import { LinkButton } from '@/ui/LinkButton'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { TableSkeleton } from '@/ui/Skeletons'
import { StatusPill, type Tone } from '@/ui/StatusPill'
import { toastDone } from '@/ui/toast'
import { duplicatesKey } from './hygiene'
import { Merges } from './Merges'

/** Duplicates shows contacts that look like one person, the surest first, and what was merged (AUD-8). */
export function Duplicates() {
  const { t } = useTranslation('hygiene')
  const canEdit = useCan('contacts.edit')
  const search = useSearch()
  const list = useList<DuplicateGroup>({ key: duplicatesKey, load: ({ cursor, signal }) => listDuplicates({ query: { cursor, limit: 50 }, signal }) })
  const button = canEdit && (
    <Button leftSection={<IconSearch size={18} aria-hidden />} loading={search.busy} onClick={() => void search.run()}>
      {t('search')}
    </Button>
  )
  return (
    <Page title={t('title')} state={t('state')} back={{ to: '/contacts', label: t('contact:title') }} primary={button}>
      <div className={form.stack}>
        <ProblemAlert error={search.error} />
        <Loaded query={list.query} skeleton={<TableSkeleton />}>
          {() =>
            list.rows.length === 0 ? (
              <Panel>
                <EmptyState icon={IconArrowsJoin2} title={t('empty')} text={t('empty_text')} />
              </Panel>
            ) : (
              <>
                {list.rows.map((g) => (
                  <Group key={g.id} group={g} canEdit={canEdit} />
                ))}
                {list.more.has && (
                  <div className={form.buttons}>
                    <Button variant="default" loading={list.more.loading} onClick={list.more.load}>
                      {t('more')}
                    </Button>
                  </div>
                )}
              </>
            )
          }
        </Loaded>
        <Merges canEdit={canEdit} />
      </div>
    </Page>
  )
}

// A search is a job; the list is read again when it ends.
function useSearch() {
  const { t } = useTranslation('hygiene')
  const client = useQueryClient()
  const fmt = useFmt()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const run = async () => {
    setBusy(true)
    setError(null)
    try {
      let job = await findDuplicates({})
      while (job.state === 'queued' || job.state === 'running') {
        await new Promise((r) => setTimeout(r, 700))
        job = await getJob({ path: { id: job.id } })
      }
      if (job.state === 'failed') throw { status: 500, code: job.error?.code ?? 'internal' }
      await client.invalidateQueries({ queryKey: duplicatesKey })
      const found = (job.result as { groups?: number } | null)?.groups ?? 0
      toastDone(t('found', { count: found, n: fmt.number(found) }))
    } catch (e) {
      setError(e)
    } finally {
      setBusy(false)
    }
  }
  return { run, busy, error }
}

const tones: Record<string, Tone> = { mailbox: 'danger', phone: 'warning', name: 'info' }

function Group({ group, canEdit }: { group: DuplicateGroup; canEdit: boolean }) {
  const { t } = useTranslation('hygiene')
  const client = useQueryClient()
  const [denying, setDenying] = useState(false)
  const contacts = group.contacts ?? []
  const ids = contacts.map((c) => c.id)
  const deny = async () => {
    await denyDuplicates({ body: { contacts: ids } })
    await client.invalidateQueries({ queryKey: duplicatesKey })
    toastDone(t('denied'))
  }
  return (
    <Panel
      title={
        <span className={form.name}>
          {titleOf(contacts[0]!)}
          {group.reasons?.map((r) => (
            <StatusPill key={r} tone={tones[r]}>
              {t(`reason.${r}`)}
            </StatusPill>
          ))}
        </span>
      }
      aside={
        canEdit && (
          <>
            <Button variant="default" onClick={() => setDenying(true)}>
              {t('deny')}
            </Button>
            <LinkButton variant="light" link={{ to: '/duplicates/merge', search: { ids: ids.join(',') } }}>
              {t('merge')}
            </LinkButton>
          </>
        )
      }
      flush
    >
      <ul className={form.rows}>
        {contacts.map((c) => (
          <Member key={c.id} contact={c} />
        ))}
      </ul>
      <Confirm opened={denying} onClose={() => setDenying(false)} title={t('deny_title')} action={t('deny')} onConfirm={deny} danger={false}>
        <p>{t('deny_text')}</p>
      </Confirm>
    </Panel>
  )
}

function Member({ contact: c }: { contact: Contact }) {
  const { t } = useTranslation('hygiene')
  const fmt = useFmt()
  return (
    <li className={form.row}>
      <div className={form.main}>
        <div className={form.name}>
          <Link to="/contacts/$id" params={{ id: c.id }}>
            {titleOf(c)}
          </Link>
        </div>
        <div className="muted">{[c.email, c.phone && fmt.phone(c.phone)].filter(Boolean).join(' · ')}</div>
      </div>
      <span className="subtle">{t('added', { date: fmt.shortDate(c.created_at) })}</span>
    </li>
  )
}

