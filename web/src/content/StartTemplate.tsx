import { Button, Radio, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { createTemplate, deleteTemplate, once, type Template } from '@/api'
import { useCan } from '@/app/session'
import { useLang } from '@/app/useLang'
import { useFmt } from '@/lib/useFmt'
import { Confirm } from '@/ui/Confirm'
import form from '@/ui/Form.module.css'
import { LinkButton } from '@/ui/LinkButton'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { withDoc } from './builder/doc'
import { emptyDoc } from './builder/empty'
import { emptyLetter, templateKey, templatesKey, useTemplates } from './content'
import css from './Content.module.css'
import { Preview } from './Preview'

/** StartTemplate chooses what a new template begins with: a blank letter of blocks, one's own HTML, or a copy. */
export function StartTemplate({ from }: { from: string }) {
  const { t } = useTranslation(['content', 'errors'])
  const fmt = useFmt()
  const { lang } = useLang()
  const client = useQueryClient()
  const navigate = useNavigate()
  const templates = useTemplates()
  const [choice, setChoice] = useState(from)
  const [name, setName] = useState(t('start.name', { date: fmt.axis(Date.now()) }))
  const [key] = useState(once)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const begun = templates.data?.find((x) => x.id === choice)
  const create = async () => {
    if (choice === 'html') return navigate({ to: '/templates/new', search: { html: true } })
    setBusy(true)
    setError(null)
    try {
      const letter = begun?.letter ?? withDoc(emptyLetter, emptyDoc(lang))
      const made = await createTemplate({ headers: key, body: { name: name.trim(), letter, lang: begun?.lang ?? '' } })
      client.setQueryData(templateKey(made.id), made)
      void client.invalidateQueries({ queryKey: templatesKey })
      await navigate({ to: made.letter.doc ? '/templates/$id/design' : '/templates/$id', params: { id: made.id } })
    } catch (e) {
      setError(e)
      setBusy(false)
    }
    return undefined
  }
  return (
    <Page
      title={t('edit.new')}
      back={{ to: '/templates', label: t('list.title') }}
      width="wide"
      primary={
        <Button loading={busy} disabled={name.trim() === ''} onClick={() => void create()}>
          {t('list.create')}
        </Button>
      }
    >
      <ProblemAlert error={error} />
      <div className={css.split}>
        <Panel>
          <div className={form.form}>
            <TextInput label={t('edit.name')} maxLength={120} value={name} error={name.trim() === '' && t('errors:required')} onChange={(e) => setName(e.currentTarget.value)} />
            <Radio.Group label={t('start.with')} value={choice} onChange={setChoice}>
              <div className={form.stack}>
                <Radio value="" label={t('start.blank')} description={t('start.blank_text')} />
                <Radio value="html" label={t('start.html')} description={t('start.html_text')} />
                <Loaded query={templates}>{(all) => all.map((x) => <Radio key={x.id} value={x.id} label={x.name} description={x.letter.subject} />)}</Loaded>
              </div>
            </Radio.Group>
          </div>
        </Panel>
        {begun && (
          <Panel>
            <Preview letter={begun.letter} purpose="advertising" />
          </Panel>
        )}
      </div>
    </Page>
  )
}

/** BlockTemplate shows a template of blocks; the editor fills a window of its own. */
export function BlockTemplate({ template }: { template: Template }) {
  const { t } = useTranslation('content')
  const client = useQueryClient()
  const navigate = useNavigate()
  const may = useCan('campaigns.edit')
  const [deleting, setDeleting] = useState(false)
  const remove = async () => {
    await deleteTemplate({ path: { id: template.id } })
    await client.invalidateQueries({ queryKey: templatesKey })
    await navigate({ to: '/templates' })
  }
  const primary = template.builtin ? (
    <LinkButton link={{ to: '/templates/new', search: { from: template.id } }}>{t('list.copy')}</LinkButton>
  ) : (
    <LinkButton link={{ to: '/templates/$id/design', params: { id: template.id } }}>{t('design.open')}</LinkButton>
  )
  return (
    <Page
      title={template.name}
      back={{ to: '/templates', label: t('list.title') }}
      width="wide"
      primary={may && primary}
      actions={
        may && !template.builtin && (
          <Button variant="default" onClick={() => setDeleting(true)}>
            {t('edit.delete')}
          </Button>
        )
      }
    >
      {template.builtin && <p className={form.note}>{t('edit.builtin')}</p>}
      <Panel>
        <Preview letter={template.letter} purpose="advertising" />
      </Panel>
      <Confirm opened={deleting} onClose={() => setDeleting(false)} title={t('edit.delete_title', { name: template.name })} action={t('edit.delete')} onConfirm={remove}>
        <p>{t('edit.delete_text')}</p>
      </Confirm>
    </Page>
  )
}
