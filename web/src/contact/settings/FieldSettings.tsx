import { ActionIcon, Button } from '@mantine/core'
import { IconForms, IconPencil, IconPlus, IconTrash } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { deleteField, type Field, listFields } from '@/api'
import { useCan } from '@/app/session'
import { usePolling } from '@/lib/sse'
import { Confirm } from '@/ui/Confirm'
import { EmptyState } from '@/ui/EmptyState'
import form from '@/ui/Form.module.css'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { StatusPill } from '@/ui/StatusPill'
import { toastDone } from '@/ui/toast'
import { fieldsKey } from '../contact'
import { EditField } from './EditField'
import { FieldCost } from './FieldCost'
import { Tags } from './Tags'

/** FieldSettings holds what an account keeps about its contacts beside the address: fields of its own, and tags (AUD-4). */
export function FieldSettings() {
  const { t } = useTranslation('fields')
  return (
    <Page title={t('title')} state={t('state')}>
      <Fields />
      <Tags />
    </Page>
  )
}

function Fields() {
  const { t } = useTranslation('fields')
  const canEdit = useCan('contacts.edit')
  const polling = usePolling()
  const query = useQuery({
    queryKey: fieldsKey,
    queryFn: async ({ signal }) => (await listFields({ signal })).items,
    refetchInterval: (q) => (q.state.data?.some((f) => f.turning) ? 2_000 : polling),
  })
  const [editing, setEditing] = useState<Field | 'new' | null>(null)
  const create = canEdit && (
    <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setEditing('new')}>
      {t('create')}
    </Button>
  )
  const own = query.data?.filter((f) => !f.builtin)
  return (
    <Panel title={t('own')} hint={t('own_hint')} aside={own?.length !== 0 && create} flush>
      <Loaded query={query}>
        {(all) => {
          const custom = all.filter((f) => !f.builtin)
          if (custom.length === 0) return <EmptyState icon={IconForms} title={t('empty')} text={t('empty_text')} action={create} />
          return (
            <ul className={form.rows}>
              {custom.map((f) => (
                <Row key={f.id} field={f} canEdit={canEdit} onEdit={() => setEditing(f)} />
              ))}
            </ul>
          )
        }}
      </Loaded>
      {editing && <EditField field={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />}
    </Panel>
  )
}

function Row({ field: f, canEdit, onEdit }: { field: Field; canEdit: boolean; onEdit: () => void }) {
  const { t } = useTranslation('fields')
  const client = useQueryClient()
  const [deleting, setDeleting] = useState(false)
  const remove = async () => {
    await deleteField({ path: { id: f.id ?? '' } })
    await client.invalidateQueries({ queryKey: fieldsKey })
    toastDone(t('deleted', { name: f.label }))
  }
  return (
    <li className={form.row}>
      <div className={form.main}>
        <div className={form.name}>
          {f.label}
          <StatusPill>{t(`kind.${f.kind}`)}</StatusPill>
          {f.turning && <StatusPill tone="info">{t('turning')}</StatusPill>}
        </div>
        <div className="subtle">
          <code>{`{{${f.key}}}`}</code>
          {f.options && f.options.length > 0 && ` · ${f.options.join(', ')}`}
        </div>
      </div>
      {canEdit && (
        <div className={form.buttons}>
          <ActionIcon size="lg" variant="subtle" onClick={onEdit} disabled={f.turning} aria-label={t('edit_named', { name: f.label })}>
            <IconPencil size={18} aria-hidden />
          </ActionIcon>
          <ActionIcon size="lg" variant="subtle" onClick={() => setDeleting(true)} disabled={f.turning} aria-label={t('delete_named', { name: f.label })}>
            <IconTrash size={18} aria-hidden />
          </ActionIcon>
        </div>
      )}
      <Confirm opened={deleting} onClose={() => setDeleting(false)} title={t('delete_title', { name: f.label })} action={t('delete')} onConfirm={remove}>
        <p>{t('delete_text')}</p>
        {deleting && <FieldCost field={f} change={{}} />}
      </Confirm>
    </li>
  )
}
