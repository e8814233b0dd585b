import { Button, Menu } from '@mantine/core'
import { IconDots, IconTrash } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Contact, deleteContact, getContact } from '@/api'
import { useCan } from '@/app/session'
import { usePolling } from '@/lib/sse'
import { useFmt } from '@/lib/useFmt'
import { Confirm } from '@/ui/Confirm'
import form from '@/ui/Form.module.css'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { FormSkeleton } from '@/ui/Skeletons'
import { toastDone } from '@/ui/toast'
import { langNames } from '@/app/langNames'
import type { Lang } from '@/lib/fmt'
import { contactKey, contactsKey, shownValue, titleOf, useFields, useLists, useTags } from './contact'
import { Consents } from './Consents'
import { EditContact } from './EditContact'
import { Timeline } from './Timeline'
import { AddressCheck } from '@/hygiene/AddressCheck'
import { PersonalData } from '@/privacy/PersonalData'

const route = getRouteApi('/cabinet/contacts/$id')

/** ContactCard is everything about a person: data, consents with their proof, what was sent and what came of it. */
export function ContactCard() {
  const { t } = useTranslation('contact')
  const { id } = route.useParams()
  const refetchInterval = usePolling()
  const query = useQuery({ queryKey: contactKey(id), queryFn: ({ signal }) => getContact({ path: { id }, signal }), refetchInterval })
  const canEdit = useCan('contacts.edit')
  const mayErase = useCan('contacts.export') && canEdit
  const [editing, setEditing] = useState(false)
  const primary = canEdit && query.data && !editing && <Button onClick={() => setEditing(true)}>{t('card.edit')}</Button>
  return (
    <Page
      title={query.data ? titleOf(query.data) : t('card.title')}
      back={{ to: '/contacts', label: t('title') }}
      primary={primary}
      actions={canEdit && query.data && <More contact={query.data} />}
    >
      <Loaded query={query} skeleton={<FormSkeleton />}>
        {(c) => (
          <div className={form.stack}>
            <Stops contact={c} />
            <Breaks contact={c} />
            <div className={form.columns}>
              <div className={form.stack}>
                <Consents contact={c} />
                <Timeline contact={c.id} />
              </div>
              <div className={form.stack}>
                <Panel title={t('card.data')}>{editing ? <EditContact contact={c} onDone={() => setEditing(false)} /> : <Data contact={c} />}</Panel>
                <AddressCheck contact={c.id} canEdit={canEdit} />
                {mayErase && <PersonalData contact={c.id} name={titleOf(c)} />}
              </div>
            </div>
          </div>
        )}
      </Loaded>
    </Page>
  )
}

// What stops messages to this person, in words, before anything else.
function Stops({ contact }: { contact: Contact }) {
  const { t } = useTranslation('contact')
  const fmt = useFmt()
  return contact.stops?.map((s) => (
    <div key={s.id} className={form.note} data-tone="warning" role="note">
      <strong>{t('card.stopped')}</strong> {t(`stop.${s.reason}`)}, {fmt.date(s.at)}. {t(`stops.scope_${s.scope}`)}.{' '}
      {s.detail && <span className="muted">{s.detail} </span>}
      <Link to="/suppressions" search={{ search: s.address }}>
        {t('card.to_stops')}
      </Link>
    </div>
  ))
}

// A break from mailings that the person took itself: not a refusal, and over by itself.
function Breaks({ contact }: { contact: Contact }) {
  const { t } = useTranslation('contact')
  const fmt = useFmt()
  const first = contact.pauses?.[0]
  if (!first) return null
  return (
    <div className={form.note} role="note">
      {t('card.paused', { until: fmt.date(first.until), channels: contact.pauses!.map((p) => t(`channel.${p.channel}`)).join(', ') })}
    </div>
  )
}

function Data({ contact: c }: { contact: Contact }) {
  const { t } = useTranslation('contact')
  const fmt = useFmt()
  const fields = useFields()
  const lists = useLists()
  const custom = fields.data?.filter((f) => !f.builtin) ?? []
  const tags = useTags()
  const marks = tags.data?.filter((x) => c.tags?.includes(x.id)) ?? []
  const on = lists.data?.filter((l) => c.lists?.includes(l.id)) ?? []
  const none = <span className="subtle">–</span>
  return (
    <dl className={form.facts}>
      <dt>{t('field.email')}</dt>
      <dd>{c.email || none}</dd>
      <dt>{t('field.phone')}</dt>
      <dd>{c.phone ? fmt.phone(c.phone) : none}</dd>
      <dt>{t('field.first_name')}</dt>
      <dd>{c.first_name || none}</dd>
      <dt>{t('field.last_name')}</dt>
      <dd>{c.last_name || none}</dd>
      <dt>{t('field.lang')}</dt>
      <dd>{c.lang ? langNames[c.lang as Lang] : none}</dd>
      {custom.map((f) => (
        <FieldRow key={f.key} label={f.label} value={shownValue(f, c.fields[f.key], fmt, t)} />
      ))}
      <dt>{t('card.lists')}</dt>
      <dd>
        {on.length === 0
          ? none
          : on.map((l, i) => (
              <span key={l.id}>
                {i > 0 && ', '}
                <Link to="/contacts" search={{ list: l.id }}>
                  {l.name}
                </Link>
              </span>
            ))}
      </dd>
      <dt>{t('card.tags')}</dt>
      <dd>
        {marks.length === 0
          ? none
          : marks.map((x, i) => (
              <span key={x.id}>
                {i > 0 && ', '}
                <Link to="/contacts" search={{ tag: x.id }}>
                  {x.name}
                </Link>
              </span>
            ))}
      </dd>
      <dt>{t('list.added')}</dt>
      <dd>{fmt.dateTime(c.created_at)}</dd>
      <dt>{t('card.changed')}</dt>
      <dd>{fmt.relative(c.updated_at)}</dd>
    </dl>
  )
}

const FieldRow = ({ label, value }: { label: string; value?: string }) => (
  <>
    <dt>{label}</dt>
    <dd>{value || <span className="subtle">–</span>}</dd>
  </>
)

function More({ contact }: { contact: Contact }) {
  const { t } = useTranslation('contact')
  const client = useQueryClient()
  const navigate = useNavigate()
  const [deleting, setDeleting] = useState(false)
  const remove = async () => {
    await deleteContact({ path: { id: contact.id } })
    await client.invalidateQueries({ queryKey: contactsKey })
    toastDone(t('card.deleted'))
    await navigate({ to: '/contacts' })
  }
  return (
    <>
      <Menu>
        <Menu.Target>
          <Button variant="default" aria-label={t('list.more')} px="xs">
            <IconDots size={18} aria-hidden />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item color="red" leftSection={<IconTrash size={18} aria-hidden />} onClick={() => setDeleting(true)}>
            {t('card.delete')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Confirm opened={deleting} onClose={() => setDeleting(false)} title={t('card.delete_title', { name: titleOf(contact) })} action={t('card.delete')} onConfirm={remove}>
        <p>{t('card.delete_text')}</p>
      </Confirm>
    </>
  )
}
