import { Button, Modal, TextInput } from '@mantine/core'
import { IconList, IconPencil, IconPlus, IconTrash } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import * as v from 'valibot'
import { type ContactList, createList, deleteList, ifMatch, once, renameList } from '@/api'
import { useCan } from '@/app/session'
import { required } from '@/lib/rules'
import { useFmt } from '@/lib/useFmt'
import { Confirm } from '@/ui/Confirm'
import { EmptyState } from '@/ui/EmptyState'
import form from '@/ui/Form.module.css'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { TableSkeleton } from '@/ui/Skeletons'
import { toastDone } from '@/ui/toast'
import { useApiForm } from '@/ui/useApiForm'
import { listsKey, useLists } from './contact'

/** Lists are named sets of contacts that campaigns go to. */
export function Lists() {
  const { t } = useTranslation('contact')
  const canEdit = useCan('contacts.edit')
  const lists = useLists()
  const [editing, setEditing] = useState<ContactList | 'new' | null>(null)
  const create = canEdit && (
    <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setEditing('new')}>
      {t('lists.create')}
    </Button>
  )
  const empty = lists.data?.length === 0
  return (
    <Page title={t('lists.title')} state={t('lists.state')} primary={!empty && create}>
      <Panel flush>
        <Loaded query={lists} skeleton={<TableSkeleton rows={4} />}>
          {(all) =>
            all.length === 0 ? (
              <EmptyState icon={IconList} title={t('lists.empty')} text={t('lists.empty_text')} action={create} />
            ) : (
              <ul className={form.rows}>
                {all.map((l) => (
                  <ListRow key={l.id} list={l} canEdit={canEdit} onRename={() => setEditing(l)} />
                ))}
              </ul>
            )
          }
        </Loaded>
      </Panel>
      {editing && <ListName list={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />}
    </Page>
  )
}

interface RowProps {
  list: ContactList
  canEdit: boolean
  onRename: () => void
}

function ListRow({ list, canEdit, onRename }: RowProps) {
  const { t } = useTranslation('contact')
  const fmt = useFmt()
  const client = useQueryClient()
  const [deleting, setDeleting] = useState(false)
  const remove = async () => {
    await deleteList({ path: { id: list.id } })
    await client.invalidateQueries({ queryKey: listsKey })
    toastDone(t('lists.deleted', { name: list.name }))
  }
  return (
    <li className={form.row}>
      <div className={form.main}>
        <Link to="/lists/$id" params={{ id: list.id }} className={form.name}>
          {list.name}
        </Link>
        <div className="subtle">
          {t('list.total', { count: list.contacts, n: fmt.number(list.contacts) })} · {fmt.shortDate(list.created_at)}
        </div>
      </div>
      {canEdit && (
        <div className={form.buttons}>
          <Button variant="default" onClick={onRename} aria-label={t('lists.rename_named', { name: list.name })} leftSection={<IconPencil size={16} aria-hidden />}>
            {t('lists.rename')}
          </Button>
          <Button variant="default" onClick={() => setDeleting(true)} aria-label={t('lists.delete_named', { name: list.name })} px="xs">
            <IconTrash size={18} aria-hidden />
          </Button>
        </div>
      )}
      <Confirm opened={deleting} onClose={() => setDeleting(false)} title={t('lists.delete_title', { name: list.name })} action={t('lists.delete')} onConfirm={remove}>
        <p>{t('lists.delete_text')}</p>
      </Confirm>
    </li>
  )
}

const nameForm = v.object({ name: v.pipe(required, v.maxLength(100, 'list.name')) })

function ListName({ list, onClose }: { list: ContactList | null; onClose: () => void }) {
  const { t } = useTranslation('contact')
  const client = useQueryClient()
  const [key] = useState(once)
  const { form: f, busy, problem, onSubmit } = useApiForm({
    initial: { name: list?.name ?? '' },
    schema: nameForm,
    send: ({ name }) =>
      list
        ? renameList({ path: { id: list.id }, headers: ifMatch(list.version), body: { name } })
        : createList({ headers: key, body: { name } }),
    onDone: () => {
      void client.invalidateQueries({ queryKey: listsKey })
      onClose()
    },
  })
  return (
    <Modal opened onClose={onClose} title={list ? t('lists.rename_title') : t('lists.create')} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <form className={form.form} onSubmit={onSubmit} noValidate>
        <ProblemAlert error={problem} />
        <TextInput label={t('lists.name')} data-autofocus maxLength={100} key={f.key('name')} {...f.getInputProps('name')} />
        <div className={`${form.buttons} ${form.end}`}>
          <Button variant="default" onClick={onClose}>
            {t('ui:cancel')}
          </Button>
          <Button type="submit" loading={busy}>
            {t('ui:save')}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
