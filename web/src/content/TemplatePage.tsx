import { Button, Select, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { createTemplate, deleteTemplate, getTemplate, ifMatch, type Letter, once, type Template, updateTemplate } from '@/api'
import { langNames } from '@/app/langNames'
import { useCan } from '@/app/session'
import { Confirm } from '@/ui/Confirm'
import form from '@/ui/Form.module.css'
import { LinkButton } from '@/ui/LinkButton'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { FormSkeleton } from '@/ui/Skeletons'
import { toastDone } from '@/ui/toast'
import { emptyLetter, templateKey, templatesKey } from './content'
import css from './Content.module.css'
import { LetterEditor } from './LetterEditor'
import { Preview, usePreview } from './Preview'

const newRoute = getRouteApi('/cabinet/templates/new')
const route = getRouteApi('/cabinet/templates/$id')

function useTemplate(id: string | undefined) {
  return useQuery({ queryKey: templateKey(id ?? ''), queryFn: ({ signal }) => getTemplate({ path: { id: id! }, signal }), enabled: id !== undefined, staleTime: Infinity, refetchOnWindowFocus: false })
}

/** NewTemplate begins with an empty letter, or with a copy. */
export function NewTemplate() {
  const { t } = useTranslation('content')
  const { from } = newRoute.useSearch()
  const query = useTemplate(from)
  if (!from) return <Edit template={null} start={{ name: '', lang: '', letter: emptyLetter }} />
  if (query.data) return <Edit template={null} start={query.data} />
  return <Frame title={t('edit.new')} query={query} />
}

/** TemplatePage shows a template; one that comes with the product can only be copied. */
export function TemplatePage() {
  const { t } = useTranslation('content')
  const { id } = route.useParams()
  const query = useTemplate(id)
  if (query.data) return <Edit key={query.data.version} template={query.data} start={query.data} />
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

interface EditProps {
  /** Null makes a new one. */
  template: Template | null
  start: { name: string; lang: Template['lang']; letter: Letter }
}

function Edit({ template, start }: EditProps) {
  const { t } = useTranslation('content')
  const client = useQueryClient()
  const navigate = useNavigate()
  const may = useCan('campaigns.edit')
  const canEdit = may && !template?.builtin
  const [name, setName] = useState(start.name)
  const [lang, setLang] = useState(start.lang)
  const [letter, setLetter] = useState(start.letter)
  const [key] = useState(once)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const [deleting, setDeleting] = useState(false)
  const preview = usePreview(letter, 'advertising')
  const save = async () => {
    setBusy(true)
    setError(null)
    try {
      const body = { name: name.trim(), lang, letter }
      const saved = template ? await updateTemplate({ path: { id: template.id }, headers: ifMatch(template.version), body }) : await createTemplate({ headers: key, body })
      client.setQueryData(templateKey(saved.id), saved)
      void client.invalidateQueries({ queryKey: templatesKey })
      toastDone(t('edit.saved'))
      if (!template) await navigate({ to: '/templates/$id', params: { id: saved.id }, replace: true })
    } catch (e) {
      setError(e)
    } finally {
      setBusy(false)
    }
  }
  const remove = async () => {
    await deleteTemplate({ path: { id: template!.id } })
    await client.invalidateQueries({ queryKey: templatesKey })
    await navigate({ to: '/templates' })
  }
  return (
    <Page
      title={template?.name ?? t('edit.new')}
      back={{ to: '/templates', label: t('list.title') }}
      width="wide"
      primary={
        canEdit ? (
          <Button loading={busy} disabled={name.trim() === ''} onClick={() => void save()}>
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
      <ProblemAlert error={error} />
      {template?.builtin && <p className={form.note}>{t('edit.builtin')}</p>}
      <Panel>
        <div className={form.pair}>
          <TextInput label={t('edit.name')} value={name} maxLength={120} disabled={!canEdit} onChange={(e) => setName(e.currentTarget.value)} />
          <Select
            label={t('edit.lang')}
            clearable
            disabled={!canEdit}
            clearButtonProps={{ 'aria-label': t('edit.any_lang') }}
            placeholder={t('edit.any_lang')}
            data={Object.entries(langNames).map(([value, label]) => ({ value, label }))}
            value={lang || null}
            onChange={(v) => setLang((v ?? '') as Template['lang'])}
          />
        </div>
      </Panel>
      <Panel>
        <div className={css.split}>
          <LetterEditor letter={letter} onChange={setLetter} problems={preview.data?.problems ?? []} disabled={!canEdit} />
          <Preview letter={letter} purpose="advertising" />
        </div>
      </Panel>
      <Confirm opened={deleting} onClose={() => setDeleting(false)} title={t('edit.delete_title', { name })} action={t('edit.delete')} onConfirm={remove}>
        <p>{t('edit.delete_text')}</p>
      </Confirm>
    </Page>
  )
}
