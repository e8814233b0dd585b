import { Button, Modal, Textarea, TextInput } from '@mantine/core'
import { IconPlus, IconUserCancel } from '@tabler/icons-react'
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
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { TableSkeleton } from '@/ui/Skeletons'
import { toastDone } from '@/ui/toast'
import { useApiForm } from '@/ui/useApiForm'

const stopsKey = ['suppressions']
const route = getRouteApi('/cabinet/suppressions')

/** Suppressions is the stop-list: who must not be written to, and why (AUD-2). */
export function Suppressions() {
  const { t } = useTranslation('contact')
  const { search } = route.useSearch()
  const navigate = route.useNavigate()
  const canEdit = useCan('contacts.edit')
  const [adding, setAdding] = useState(false)
  const [releasing, setReleasing] = useState<Suppression | null>(null)
  const columns = useColumns(canEdit, setReleasing)
  const list = useList<Suppression>({
    key: [...stopsKey, search],
    load: ({ cursor, signal }) => listSuppressions({ query: { search, cursor, limit: 100 }, signal }),
  })
  const empty = !search && list.query.data !== undefined && list.rows.length === 0
  const find = (text: string) => void navigate({ to: '/suppressions', search: { search: text || undefined }, replace: true })
  const add = canEdit && (
    <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setAdding(true)}>
      {t('stops.add')}
    </Button>
  )
  return (
    <Page title={t('stops.title')} state={t('stops.state')} primary={!empty && add}>
      {!empty && <FilterBar search={{ value: search ?? '', label: t('stops.search'), onChange: find }} />}
      <Panel flush>
        <Loaded query={list.query} skeleton={<TableSkeleton />}>
          {() => (
            <DataTable
              label={t('stops.title')}
              columns={columns}
              rows={list.rows}
              rowKey={(s) => s.id}
              more={list.more}
              empty={
                empty ? (
                  <EmptyState icon={IconUserCancel} title={t('stops.empty')} text={t('stops.empty_text')} action={add} />
                ) : (
                  <NothingFound onReset={() => find('')} />
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

function useColumns(canEdit: boolean, release: (s: Suppression) => void): Column<Suppression>[] {
  const { t } = useTranslation('contact')
  const fmt = useFmt()
  return [
    { key: 'address', header: t('stops.address'), cell: (s) => s.address || t('stops.erased'), phone: 'title' },
    { key: 'reason', header: t('stops.reason'), width: '220px', cell: (s) => t(`stop.${s.reason}`), phone: 'line' },
    { key: 'scope', header: t('stops.scope'), width: '180px', cell: (s) => t(`stops.scope_${s.scope}`), from: 'md' },
    { key: 'detail', header: t('stops.detail'), cell: (s) => <span title={s.detail}>{s.detail}</span>, from: 'lg' },
    { key: 'at', header: t('stops.since'), width: '120px', cell: (s) => fmt.shortDate(s.at), phone: 'line' },
    {
      key: 'release',
      header: t('stops.action'),
      width: '150px',
      phone: 'side',
      cell: (s) =>
        canEdit && (
          <Button size="xs" variant="default" onClick={() => release(s)} aria-label={t('stops.release_named', { address: s.address ?? '' })}>
            {t('stops.release')}
          </Button>
        ),
    },
  ]
}

// Complaints and unsubscriptions are the person's own word: the window explains it and offers no button.
function Release({ stop, onClose }: { stop: Suppression; onClose: () => void }) {
  const { t } = useTranslation('contact')
  const client = useQueryClient()
  const title = t('stops.release_title', { address: stop.address ?? t('stops.erased') })
  if (!stop.can_release) {
    return (
      <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': t('ui:close') }}>
        <div className={form.stack}>
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
