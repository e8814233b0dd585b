import { Button, Select, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { createTemplate, deleteTemplate, getTemplate, ifMatch, once, type Template, updateTemplate } from '@/api'
import { useKept } from '@/access/useKept'
import { langNames } from '@/app/langNames'
import { useCan } from '@/app/session'
import { problemOf } from '@/lib/errors'
import { Confirm } from '@/ui/Confirm'
import form from '@/ui/Form.module.css'
import { LinkButton } from '@/ui/LinkButton'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { FormSkeleton } from '@/ui/Skeletons'
import { toastDone } from '@/ui/toast'
import { docOf } from './builder/doc'
import { emptyLetter, templateKey, templatesKey } from './content'
import { BlockTemplate, StartTemplate } from './StartTemplate'
import css from './Content.module.css'
import { LetterEditor } from './LetterEditor'
import { Preview, usePreview } from './Preview'

const newRoute = getRouteApi('/cabinet/templates/new')
const route = getRouteApi('/cabinet/templates/$id')

function useTemplate(id: string | undefined) {
  return useQuery({ queryKey: templateKey(id ?? ''), queryFn: ({ signal }) => getTemplate({ path: { id: id! }, signal }), enabled: id !== undefined })
}

/** NewTemplate asks what to begin with; a letter of one's own HTML, or a copy of one, is edited at once. */
export function NewTemplate() {
  const { t } = useTranslation('content')
  const { from, html } = newRoute.useSearch()
  const may = useCan('campaigns.edit')
  const query = useTemplate(from)
  if (!may) {
    return (
      <Page title={t('edit.new')} back={{ to: '/templates', label: t('list.title') }}>
        <ProblemAlert error={{ status: 403, code: 'forbidden' }} />
      </Page>
    )
  }
  if (!from && html) return <Edit template={null} kept="template.new" start={{ version: 0, name: '', lang: '', letter: emptyLetter }} />
  if (!from || (query.data && docOf(query.data.letter))) return <StartTemplate from={from ?? ''} />
  if (query.data) return <Edit key={from} template={null} kept={`template.copy.${from}`} start={query.data} />
  return <Frame title={t('edit.new')} query={query} />
}

/** TemplatePage shows a template; one that comes with the product can only be copied. */
export function TemplatePage() {
  const { t } = useTranslation('content')
  const { id } = route.useParams()
  const query = useTemplate(id)
  if (query.data && docOf(query.data.letter)) return <BlockTemplate template={query.data} />
  if (query.data) return <Edit key={id} template={query.data} kept={`template.${id}`} start={query.data} />
  return <Frame title={t('edit.title')} query={query} />
}

function Frame({ title, query }: { title: string; query: ReturnType<typeof useTemplate> }) {
  const { t } = useTranslation('content')
  return (
    <Page title={title} back={{ to: '/templates', label: t('list.title') }}>
      <Loaded query={query} skeleton={<FormSkeleton />}>
        {() => null}
      </Loaded>
    </Page>
  )
}

/** What is being edited; version is the one that the editing began with. */
type Draft = Pick<Template, 'version' | 'name' | 'lang' | 'letter'>

interface EditProps {
  /** Null makes a new one. */
  template: Template | null
  /** Where the tab keeps the edit until it is saved: leaving or reloading the page loses nothing. */
  kept: string
  start: Draft
}

function Edit({ template, kept, start }: EditProps) {
  const { t } = useTranslation(['content', 'errors'])
  const client = useQueryClient()
  const navigate = useNavigate()
  const may = useCan('campaigns.edit')
  const canEdit = may && !template?.builtin
  const [edited, keep] = useKept<Draft>(kept)
  const [restored] = useState(edited !== null)
  const draft = edited ?? start
  const change = (part: Partial<Draft>) => canEdit && keep({ version: draft.version, name: draft.name, lang: draft.lang, letter: draft.letter, ...part })
  const [key] = useState(once)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const [nameless, setNameless] = useState(false)
  const nameField = useRef<HTMLInputElement>(null)
  const [deleting, setDeleting] = useState(false)
  const preview = usePreview(draft.letter, 'advertising')
  const send = async (version: number) => {
    const body = { name: draft.name.trim(), lang: draft.lang, letter: draft.letter }
    return template ? await updateTemplate({ path: { id: template.id }, headers: ifMatch(version), body }) : await createTemplate({ headers: key, body })
  }
  const save = async (over = false) => {
    if (draft.name.trim() === '') {
      setNameless(true)
      nameField.current?.focus()
      return
    }
    setBusy(true)
    setError(null)
    try {
      const version = over ? (await getTemplate({ path: { id: template!.id } })).version : draft.version
      const saved = await send(version)
      client.setQueryData(templateKey(saved.id), saved)
      void client.invalidateQueries({ queryKey: templatesKey })
      keep(null)
      toastDone(t('edit.saved'))
      if (!template) await navigate({ to: '/templates/$id', params: { id: saved.id }, replace: true })
    } catch (e) {
      setError(e)
    } finally {
      setBusy(false)
    }
  }
  const discard = async () => {
    if (template) await client.invalidateQueries({ queryKey: templateKey(template.id) })
    setError(null)
    keep(null)
  }
  const remove = async () => {
    await deleteTemplate({ path: { id: template!.id } })
    keep(null)
    await client.invalidateQueries({ queryKey: templatesKey })
    await navigate({ to: '/templates' })
  }
  const stale = error !== null && problemOf(error).status === 412
  return (
    <Page
      title={template?.name ?? t('edit.new')}
      back={{ to: '/templates', label: t('list.title') }}
      width="wide"
      state={canEdit && edited && <span role="status">{t('edit.unsaved')}</span>}
      primary={
        canEdit ? (
          <Button loading={busy} onClick={() => void save()}>
            {t('ui:save')}
          </Button>
        ) : (
          may && template && <LinkButton link={{ to: '/templates/new', search: { from: template.id } }}>{t('list.copy')}</LinkButton>
        )
      }
      actions={
        template && canEdit && (
          <Button variant="default" onClick={() => setDeleting(true)}>
            {t('edit.delete')}
          </Button>
        )
      }
    >
      {stale ? <Stale busy={busy} onMine={() => void save(true)} onTheirs={() => void discard()} /> : <ProblemAlert error={error} />}
      {template?.builtin && <p className={form.note}>{t('edit.builtin')}</p>}
      {restored && edited && !stale && (
        <div className={form.note} role="status">
          {t('edit.restored')}{' '}
          <button type="button" className={form.link} onClick={() => void discard()}>
            {t('edit.discard')}
          </button>
        </div>
      )}
      <Panel>
        <div className={form.pair}>
          <TextInput
            ref={nameField}
            label={t('edit.name')}
            value={draft.name}
            maxLength={120}
            disabled={!canEdit}
            onChange={(e) => {
              setNameless(false)
              change({ name: e.currentTarget.value })
            }}
            error={nameless && t('errors:required')}
          />
          <Select
            label={t('edit.lang')}
            clearable
            disabled={!canEdit}
            clearButtonProps={{ 'aria-label': t('edit.any_lang') }}
            placeholder={t('edit.any_lang')}
            data={Object.entries(langNames).map(([value, label]) => ({ value, label }))}
            value={draft.lang || null}
            onChange={(v) => change({ lang: (v ?? '') as Template['lang'] })}
          />
        </div>
      </Panel>
      <Panel>
        <div className={css.split}>
          <LetterEditor letter={draft.letter} onChange={(letter) => change({ letter })} problems={preview.data?.problems ?? []} disabled={!canEdit} />
          <Preview letter={draft.letter} purpose="advertising" />
        </div>
      </Panel>
      <Confirm opened={deleting} onClose={() => setDeleting(false)} title={t('edit.delete_title', { name: template?.name })} action={t('edit.delete')} onConfirm={remove}>
        <p>{t('edit.delete_text')}</p>
      </Confirm>
    </Page>
  )
}

interface StaleProps {
  busy: boolean
  onMine: () => void
  onTheirs: () => void
}

// Somebody else saved meanwhile: whose version stays is the person's choice, and nothing typed is lost before it.
function Stale({ busy, onMine, onTheirs }: StaleProps) {
  const { t } = useTranslation('content')
  return (
    <div className={form.note} data-tone="warning" role="alert">
      <div className={form.stack}>
        <p>{t('stale.text')}</p>
        <div className={form.buttons}>
          <Button loading={busy} onClick={onMine}>
            {t('stale.mine')}
          </Button>
          <Button variant="default" disabled={busy} onClick={onTheirs}>
            {t('stale.theirs')}
          </Button>
        </div>
      </div>
    </div>
  )
}
