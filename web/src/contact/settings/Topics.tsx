import { ActionIcon, Button, Modal, Textarea, TextInput } from '@mantine/core'
import { IconArchive, IconArchiveOff, IconArrowDown, IconArrowUp, IconPencil, IconPlus, IconTags } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import * as v from 'valibot'
import { createTopic, ifMatch, once, orderTopics, type Topic, updateTopic } from '@/api'
import { langNames } from '@/app/langNames'
import { useCan } from '@/app/session'
import { required } from '@/lib/rules'
import { EmptyState } from '@/ui/EmptyState'
import form from '@/ui/Form.module.css'
import { Loaded } from '@/ui/Loaded'
import { Panel } from '@/ui/Panel'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { StatusPill } from '@/ui/StatusPill'
import { toastDone, toastProblem } from '@/ui/toast'
import { useApiForm } from '@/ui/useApiForm'
import { inLang, topicsKey, useTopics } from '../consent'
import { moved } from './moved'

/** Topics are what the account writes about; contacts choose among them on their own page. */
export function Topics() {
  const { t } = useTranslation('consent')
  const client = useQueryClient()
  const canEdit = useCan('contacts.edit')
  const topics = useTopics()
  const [editing, setEditing] = useState<Topic | 'new' | null>(null)
  const create = canEdit && (
    <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setEditing('new')}>
      {t('topics.create')}
    </Button>
  )
  const order = async (ids: string[]) => {
    try {
      const { items } = await orderTopics({ body: { topics: ids } })
      client.setQueryData(topicsKey, items)
    } catch (e) {
      toastProblem(e)
    }
  }
  return (
    <Panel title={t('topics.title')} hint={t('topics.hint')} aside={topics.data?.length !== 0 && create} flush>
      <Loaded query={topics}>
        {(all) => {
          const live = all.filter((x) => !x.archived).map((x) => x.id)
          if (all.length === 0) return <EmptyState icon={IconTags} title={t('topics.empty')} text={t('topics.empty_text')} action={create} />
          return (
            <ol className={form.rows}>
              {all.map((x, i) => (
                <Row
                  key={x.id}
                  topic={x}
                  canEdit={canEdit}
                  onEdit={() => setEditing(x)}
                  onUp={!x.archived && i > 0 ? () => void order(moved(live, i, -1)) : undefined}
                  onDown={!x.archived && i < live.length - 1 ? () => void order(moved(live, i, 1)) : undefined}
                />
              ))}
            </ol>
          )
        }}
      </Loaded>
      {editing && <Edit topic={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />}
    </Panel>
  )
}

interface RowProps {
  topic: Topic
  canEdit: boolean
  onEdit: () => void
  onUp?: () => void
  onDown?: () => void
}

function Row({ topic, canEdit, onEdit, onUp, onDown }: RowProps) {
  const { t, i18n } = useTranslation('consent')
  const client = useQueryClient()
  const name = inLang(topic.name, i18n.language)
  const archive = async () => {
    try {
      await updateTopic({ path: { id: topic.id }, headers: ifMatch(topic.version), body: { archived: !topic.archived } })
      await client.invalidateQueries({ queryKey: topicsKey })
      toastDone(t(topic.archived ? 'restored' : 'archived', { name }))
    } catch (e) {
      toastProblem(e)
    }
  }
  return (
    <li className={form.row}>
      <div className={form.main}>
        <div className={form.name}>
          {name}
          {topic.archived && <StatusPill>{t('in_archive')}</StatusPill>}
        </div>
        {topic.about.ru && <div className="subtle">{inLang(topic.about, i18n.language)}</div>}
      </div>
      {canEdit && (
        <div className={form.buttons}>
          {!topic.archived && (
            <>
              <ActionIcon size="lg" variant="subtle" disabled={!onUp} onClick={onUp} aria-label={t('topics.up', { name })}>
                <IconArrowUp size={18} aria-hidden />
              </ActionIcon>
              <ActionIcon size="lg" variant="subtle" disabled={!onDown} onClick={onDown} aria-label={t('topics.down', { name })}>
                <IconArrowDown size={18} aria-hidden />
              </ActionIcon>
            </>
          )}
          <ActionIcon size="lg" variant="subtle" onClick={onEdit} aria-label={t('edit_named', { name })}>
            <IconPencil size={18} aria-hidden />
          </ActionIcon>
          <ActionIcon size="lg" variant="subtle" onClick={() => void archive()} aria-label={t(topic.archived ? 'restore_named' : 'archive_named', { name })}>
            {topic.archived ? <IconArchiveOff size={18} aria-hidden /> : <IconArchive size={18} aria-hidden />}
          </ActionIcon>
        </div>
      )}
    </li>
  )
}

const short = v.pipe(v.string(), v.maxLength(100, 'topic.name'))
const long = v.pipe(v.string(), v.maxLength(300, 'too_long'))
const topicForm = v.object({
  name: v.object({ ru: v.pipe(required, v.maxLength(100, 'topic.name')), kk: short, en: short }),
  about: v.object({ ru: long, kk: long, en: long }),
})

const languages = ['ru', 'kk', 'en'] as const

function Edit({ topic, onClose }: { topic: Topic | null; onClose: () => void }) {
  const { t } = useTranslation('consent')
  const client = useQueryClient()
  const [key] = useState(once)
  const words = (w?: Topic['name']) => ({ ru: w?.ru ?? '', kk: w?.kk ?? '', en: w?.en ?? '' })
  const { form: f, busy, problem, onSubmit } = useApiForm({
    initial: { name: words(topic?.name), about: words(topic?.about) },
    schema: topicForm,
    send: (body) => (topic ? updateTopic({ path: { id: topic.id }, headers: ifMatch(topic.version), body }) : createTopic({ headers: key, body })),
    onDone: () => {
      void client.invalidateQueries({ queryKey: topicsKey })
      onClose()
    },
  })
  return (
    <Modal opened onClose={onClose} size="lg" title={t(topic ? 'topics.edit' : 'topics.create')} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <form className={form.form} onSubmit={onSubmit} noValidate>
        <ProblemAlert error={problem} />
        <p className="subtle">{t('languages_hint')}</p>
        {languages.map((l) => (
          <div key={l} className={form.stack}>
            <TextInput
              label={t('topics.name', { lang: langNames[l] })}
              data-autofocus={l === 'ru' || undefined}
              maxLength={100}
              key={f.key(`name.${l}`)}
              {...f.getInputProps(`name.${l}`)}
            />
            <Textarea label={t('topics.about', { lang: langNames[l] })} autosize minRows={1} maxLength={300} key={f.key(`about.${l}`)} {...f.getInputProps(`about.${l}`)} />
          </div>
        ))}
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
