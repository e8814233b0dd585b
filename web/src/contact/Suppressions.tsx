import { Button, Modal, Select, Textarea, TextInput } from '@mantine/core'
import { IconDownload, IconFileUpload, IconPlus, IconUserCancel, IconX } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import * as v from 'valibot'
import { listSuppressions, once, releaseSuppression, suppress, type Suppression } from '@/api'
import { useList } from '@/api/useList'
import { useCan } from '@/app/session'
import { email } from '@/lib/rules'
import { useFmt } from '@/lib/useFmt'
import { Confirm } from '@/ui/Confirm'
import { type Column, DataTable } from '@/ui/DataTable'
import { EmptyState } from '@/ui/EmptyState'
import { FilterBar, NothingFound } from '@/ui/FilterBar'
import form from '@/ui/Form.module.css'
import { LinkButton } from '@/ui/LinkButton'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { TableSkeleton } from '@/ui/Skeletons'
import { toastDone } from '@/ui/toast'
import { useApiForm } from '@/ui/useApiForm'
import type { StopSearch } from './routes'

const stopsKey = ['suppressions']
const route = getRouteApi('/cabinet/suppressions')

const reasons = ['unsubscribed', 'complaint', 'hard_bounce', 'manual'] as const
const channels = ['email', 'sms', 'viber', 'whatsapp'] as const

/** Suppressions is the stop-list: who must not be written to, and why (AUD-2). */
export function Suppressions() {
  const { t } = useTranslation(['contact', 'stopfile'])
  const fmt = useFmt()
  const filter = route.useSearch()
  const navigate = route.useNavigate()
  const canEdit = useCan('contacts.edit')
  const [adding, setAdding] = useState(false)
  const [releasing, setReleasing] = useState<Suppression | null>(null)
  const columns = useColumns(canEdit, setReleasing)
  const list = useList<Suppression>({
    key: [...stopsKey, filter],
    load: ({ cursor, signal }) => listSuppressions({ query: { ...filter, cursor, limit: 100 }, signal }),
  })
  const narrowed = Object.values(filter).some(Boolean)
  const empty = !narrowed && list.query.data !== undefined && list.rows.length === 0
  const set = (change: StopSearch) => void navigate({ to: '/suppressions', search: { ...filter, ...change }, replace: true })
  const add = canEdit && (
    <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setAdding(true)}>
      {t('stops.add')}
    </Button>
  )
  return (
    <Page title={t('stops.title')} state={t('stops.state')} primary={!empty && add} actions={<Files filter={filter} empty={empty} />}>
      {!empty && (
        <FilterBar search={{ value: filter.search ?? '', label: t('stops.search'), onChange: (text) => set({ search: text || undefined }) }}>
          <Select
            aria-label={t('stopfile:filter_reason')}
            placeholder={t('stopfile:any_reason')}
            clearable
            w={210}
            data={reasons.map((r) => ({ value: r, label: t(`stop.${r}`) }))}
            value={filter.reason ?? null}
            onChange={(v) => set({ reason: (v ?? undefined) as StopSearch['reason'] })}
          />
          <Select
            aria-label={t('stopfile:filter_channel')}
            placeholder={t('stopfile:any_channel')}
            clearable
            w={160}
            data={channels.map((c) => ({ value: c, label: t(`stopfile:channel_${c}`) }))}
            value={filter.channel ?? null}
            onChange={(v) => set({ channel: (v ?? undefined) as StopSearch['channel'] })}
          />
          {filter.file && (
            <Button variant="default" rightSection={<IconX size={16} aria-hidden />} onClick={() => set({ file: undefined })}>
              {t('stopfile:only_file')}
            </Button>
          )}
          {list.total && <span className="muted tabular">{t('stopfile:count', { count: list.total.n, n: fmt.total(list.total) })}</span>}
        </FilterBar>
      )}
      <Panel flush>
        <Loaded query={list.query} skeleton={<TableSkeleton />}>
          {() => (
            <DataTable
              label={t('stops.title')}
              columns={columns}
              rows={list.rows}
              rowKey={(s) => s.id}
              total={list.total?.n}
              more={list.more}
              empty={
                empty ? (
                  <EmptyState icon={IconUserCancel} title={t('stops.empty')} text={t('stops.empty_text')} action={add} />
                ) : (
                  <NothingFound onReset={() => void navigate({ to: '/suppressions', search: {}, replace: true })} />
                )
              }
            />
          )}
        </Loaded>
      </Panel>
      {adding && <AddStop onClose={() => setAdding(false)} />}
      {releasing && <Release stop={releasing} onClose={() => setReleasing(null)} />}
    </Page>
  )
}

// Files brings a list in, and takes what is shown out.
function Files({ filter, empty }: { filter: StopSearch; empty: boolean }) {
  const { t, i18n } = useTranslation('stopfile')
  const canEdit = useCan('contacts.edit')
  const canExport = useCan('contacts.export')
  const query = new URLSearchParams({ lang: i18n.language })
  for (const [k, v] of Object.entries(filter)) if (v) query.set(k, String(v))
  return (
    <>
      {canExport && !empty && (
        <Button component="a" href={`/api/v1/suppressions.csv?${query}`} download variant="default" leftSection={<IconDownload size={18} aria-hidden />}>
          {t('download')}
        </Button>
      )}
      {canEdit && (
        <LinkButton link={{ to: '/suppressions/import' }} variant="default" leftSection={<IconFileUpload size={18} aria-hidden />}>
          {t('import')}
        </LinkButton>
      )}
    </>
  )
}

// Why says in words why an address is here.
function Why({ stop }: { stop: Suppression }) {
  const { t } = useTranslation(['contact', 'stopfile'])
  return (
    <span title={t(`stopfile:explain_${stop.reason}`)}>
      {t(`stop.${stop.reason}`)}
      {stop.file && <span className="muted">, {t('stopfile:from_file', { name: stop.file.filename })}</span>}
    </span>
  )
}

function useColumns(canEdit: boolean, release: (s: Suppression) => void): Column<Suppression>[] {
  const { t } = useTranslation(['contact', 'stopfile'])
  const fmt = useFmt()
  return [
    { key: 'address', header: t('stops.address'), width: '20%', cell: (s) => s.address || t('stops.erased'), phone: 'title' },
    { key: 'channel', header: t('stopfile:channel'), width: '100px', cell: (s) => t(`stopfile:channel_${s.channel}`), from: 'md', phone: 'line' },
    { key: 'reason', header: t('stops.reason'), width: '230px', cell: (s) => <Why stop={s} />, phone: 'line' },
    { key: 'scope', header: t('stops.scope'), width: '165px', cell: (s) => t(`stops.scope_${s.scope}`), from: 'md' },
    { key: 'detail', header: t('stops.detail'), cell: (s) => <span title={s.detail}>{s.detail}</span>, from: 'lg' },
    { key: 'at', header: t('stops.since'), width: '120px', cell: (s) => fmt.shortDate(s.at), phone: 'line' },
    {
      key: 'release',
      header: t('stops.action'),
      width: '120px',
      phone: 'side',
      cell: (s) =>
        canEdit && (
          <Button
            size="xs"
            variant={s.can_release ? 'default' : 'subtle'}
            onClick={() => release(s)}
            aria-label={s.can_release ? t('stops.release_named', { address: s.address ?? '' }) : t('stopfile:why_named', { address: s.address ?? '' })}
          >
            {s.can_release ? t('stops.release') : t('stopfile:why_kept')}
          </Button>
        ),
    },
  ]
}

// Complaints and unsubscriptions are the person's own word: the window explains it and offers no button.
function Release({ stop, onClose }: { stop: Suppression; onClose: () => void }) {
  const { t } = useTranslation(['contact', 'stopfile'])
  const client = useQueryClient()
  const fmt = useFmt()
  const address = stop.address ?? t('stops.erased')
  const title = t('stops.release_title', { address })
  if (!stop.can_release) {
    return (
      <Modal opened onClose={onClose} title={t('stopfile:why_named', { address })} closeButtonProps={{ 'aria-label': t('ui:close') }}>
        <div className={form.stack}>
          <p>
            <Why stop={stop} />, {t('stopfile:since', { date: fmt.shortDate(stop.at) })}
          </p>
          <p>{t(`stops.keep_${stop.reason}`, { defaultValue: '' }) || t('stops.keep_unsubscribed')}</p>
          <div className={`${form.buttons} ${form.end}`}>
            <Button data-autofocus onClick={onClose}>
              {t('stops.understood')}
            </Button>
          </div>
        </div>
      </Modal>
    )
  }
  const release = async () => {
    await releaseSuppression({ path: { id: stop.id } })
    await client.invalidateQueries({ queryKey: stopsKey })
    toastDone(t('stops.released'))
  }
  return (
    <Confirm opened onClose={onClose} title={title} action={t('stops.release')} onConfirm={release} danger={false}>
      <p>{stop.reason === 'hard_bounce' ? t('stops.release_bounce') : t('stops.release_text')}</p>
    </Confirm>
  )
}

const stopForm = v.object({ address: email, note: v.pipe(v.string(), v.maxLength(500, 'too_long')) })

function AddStop({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('contact')
  const client = useQueryClient()
  const [key] = useState(once)
  const { form: f, busy, problem, onSubmit } = useApiForm({
    initial: { address: '', note: '' },
    schema: stopForm,
    send: (body) => suppress({ headers: key, body: { ...body, channel: 'email' } }),
    onDone: () => {
      void client.invalidateQueries({ queryKey: stopsKey })
      toastDone(t('stops.added'))
      onClose()
    },
  })
  return (
    <Modal opened onClose={onClose} title={t('stops.add_title')} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <form className={form.form} onSubmit={onSubmit} noValidate>
        <ProblemAlert error={problem} />
        <TextInput label={t('field.email')} type="email" data-autofocus autoComplete="off" key={f.key('address')} {...f.getInputProps('address')} />
        <Textarea label={t('stops.note')} description={t('stops.note_hint')} autosize minRows={2} maxLength={500} key={f.key('note')} {...f.getInputProps('note')} />
        <div className={`${form.buttons} ${form.end}`}>
          <Button variant="default" onClick={onClose}>
            {t('ui:cancel')}
          </Button>
          <Button type="submit" loading={busy}>
            {t('stops.add')}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
