import { ActionIcon, Button, Modal, TextInput } from '@mantine/core'
import { IconPencil, IconPlus, IconTag, IconTrash } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import * as v from 'valibot'
import { createTag, deleteTag, ifMatch, once, renameTag, type Tag } from '@/api'
import { useCan } from '@/app/session'
import { required } from '@/lib/rules'
import { useFmt } from '@/lib/useFmt'
import { Confirm } from '@/ui/Confirm'
import { EmptyState } from '@/ui/EmptyState'
import form from '@/ui/Form.module.css'
import { Loaded } from '@/ui/Loaded'
import { Panel } from '@/ui/Panel'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { toastDone } from '@/ui/toast'
import { useApiForm } from '@/ui/useApiForm'
import { contactsKey, tagsKey, useTags } from '../contact'

/** Tags mark contacts with a word; lists and segments are chosen by them. */
export function Tags() {
  const { t } = useTranslation('fields')
  const canEdit = useCan('contacts.edit')
  const tags = useTags()
  const [editing, setEditing] = useState<Tag | 'new' | null>(null)
  const create = canEdit && (
    <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setEditing('new')}>
      {t('tags.create')}
    </Button>
  )
  return (
    <Panel title={t('tags.title')} hint={t('tags.hint')} aside={tags.data?.length !== 0 && create} flush>
      <Loaded query={tags}>
        {(all) =>
          all.length === 0 ? (
            <EmptyState icon={IconTag} title={t('tags.empty')} text={t('tags.empty_text')} action={create} />
          ) : (
            <ul className={form.rows}>
              {all.map((x) => (
                <Row key={x.id} tag={x} canEdit={canEdit} onEdit={() => setEditing(x)} />
              ))}
            </ul>
          )
        }
      </Loaded>
      {editing && <Name tag={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />}
    </Panel>
  )
}

function Row({ tag, canEdit, onEdit }: { tag: Tag; canEdit: boolean; onEdit: () => void }) {
  const { t } = useTranslation('fields')
  const fmt = useFmt()
  const client = useQueryClient()
  const [deleting, setDeleting] = useState(false)
  const remove = async () => {
    await deleteTag({ path: { id: tag.id } })
    for (const queryKey of [tagsKey, contactsKey]) await client.invalidateQueries({ queryKey })
    toastDone(t('tags.deleted', { name: tag.name }))
  }
  return (
    <li className={form.row}>
      <div className={form.main}>
        <Link to="/contacts" search={{ tag: tag.id }} className={form.name}>
          {tag.name}
        </Link>
        <div className="subtle">{t('tags.members', { count: tag.contacts, n: fmt.number(tag.contacts) })}</div>
      </div>
      {canEdit && (
        <div className={form.buttons}>
          <ActionIcon size="lg" variant="subtle" onClick={onEdit} aria-label={t('tags.rename_named', { name: tag.name })}>
            <IconPencil size={18} aria-hidden />
          </ActionIcon>
          <ActionIcon size="lg" variant="subtle" onClick={() => setDeleting(true)} aria-label={t('tags.delete_named', { name: tag.name })}>
            <IconTrash size={18} aria-hidden />
          </ActionIcon>
        </div>
      )}
      <Confirm opened={deleting} onClose={() => setDeleting(false)} title={t('tags.delete_title', { name: tag.name })} action={t('tags.delete')} onConfirm={remove}>
        <p>{t('tags.delete_text', { count: tag.contacts, n: fmt.number(tag.contacts) })}</p>
      </Confirm>
    </li>
  )
}

const nameForm = v.object({ name: v.pipe(required, v.maxLength(60, 'tag.name')) })

function Name({ tag, onClose }: { tag: Tag | null; onClose: () => void }) {
  const { t } = useTranslation('fields')
  const client = useQueryClient()
  const [key] = useState(once)
  const { form: f, busy, problem, onSubmit } = useApiForm({
    initial: { name: tag?.name ?? '' },
    schema: nameForm,
    send: ({ name }) =>
      tag ? renameTag({ path: { id: tag.id }, headers: ifMatch(tag.version), body: { name: name.trim() } }) : createTag({ headers: key, body: { name: name.trim() } }),
    onDone: () => {
      void client.invalidateQueries({ queryKey: tagsKey })
      onClose()
    },
  })
  return (
    <Modal opened onClose={onClose} title={t(tag ? 'tags.rename' : 'tags.create')} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <form className={form.form} onSubmit={onSubmit} noValidate>
        <ProblemAlert error={problem} />
        <TextInput label={t('tags.name')} data-autofocus maxLength={60} key={f.key('name')} {...f.getInputProps('name')} />
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
