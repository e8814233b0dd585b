import { Button, Modal, Tabs } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { deleteForm, type Form, type FormDesign, getForm, ifMatch, publishForm, updateForm } from '@/api'
import { useCan } from '@/app/session'
import { useAutosave } from '@/campaign/autosave'
import { SaveStatus, StaleDialog } from '@/campaign/SaveStatus'
import { problemOf } from '@/lib/errors'
import { Confirm } from '@/ui/Confirm'
import css from '@/ui/Form.module.css'
import { Late, Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { FormSkeleton } from '@/ui/Skeletons'
import { toastDone } from '@/ui/toast'
import { Differences } from './Differences'
import { Editor } from './Editor'
import { formKey, formsKey, useForm } from './form'
import { FormState } from './Forms'
import type { FormSearch } from './routes'

const Share = lazy(() => import('./Share').then((m) => ({ default: m.Share })))
const Submissions = lazy(() => import('./Submissions').then((m) => ({ default: m.Submissions })))
const Figures = lazy(() => import('./Figures').then((m) => ({ default: m.Figures })))

const route = getRouteApi('/cabinet/forms/$id')

/** FormPage is one form: its editor, where to put it, what came in, and how it does. */
export function FormPage() {
  const { t } = useTranslation('form')
  const { id } = route.useParams()
  const query = useForm(id)
  if (query.data) return <Opened key={id} form={query.data} />
  return (
    <Page title={t('edit.title')} back={{ to: '/forms', label: t('list.title') }}>
      <Loaded query={query} skeleton={<FormSkeleton />}>
        {() => null}
      </Loaded>
    </Page>
  )
}

interface Change {
  name?: string
  draft?: FormDesign
}

function Opened({ form }: { form: Form }) {
  const { t } = useTranslation('form')
  const client = useQueryClient()
  const navigate = useNavigate()
  const { tab = 'edit' } = route.useSearch()
  const may = useCan('contacts.edit')
  const [draft, setDraft] = useState(form.draft)
  const [name, setName] = useState(form.name)
  const [asking, setAsking] = useState<'publish' | 'delete' | null>(null)
  const keep = (saved: Form) => {
    client.setQueryData(formKey(saved.id), saved)
    void client.invalidateQueries({ queryKey: formsKey })
  }
  const auto = useAutosave<Form, Change>({
    version: form.version,
    save: (body, version) => updateForm({ path: { id: form.id }, headers: ifMatch(version), body }),
    onSaved: keep,
  })
  const change = (part: Partial<FormDesign>) => {
    const next = { ...draft, ...part }
    setDraft(next)
    auto.put({ draft: next })
  }
  const rename = (v: string) => {
    setName(v)
    if (v.trim()) auto.put({ name: v.trim() })
  }
  const settle = async (mine: boolean) => {
    const fresh = await getForm({ path: { id: form.id } })
    if (!mine) {
      setDraft(fresh.draft)
      setName(fresh.name)
    }
    await auto.settle(fresh, mine)
  }
  const restored = (fresh: Form) => {
    setDraft(fresh.draft)
    keep(fresh)
    void auto.settle(fresh, false)
  }
  const close = async () => {
    await auto.flush()
    const saved = await updateForm({ path: { id: form.id }, body: { closed: !form.closed } })
    await auto.settle(saved, true)
    toastDone(t(saved.closed ? 'edit.is_closed' : 'edit.is_open'))
  }
  const remove = async () => {
    await deleteForm({ path: { id: form.id } })
    await client.invalidateQueries({ queryKey: formsKey })
    await navigate({ to: '/forms' })
  }
  const show = (v: string | null) => void navigate({ to: '/forms/$id', params: { id: form.id }, search: { tab: v === 'edit' ? undefined : (v as FormSearch['tab']) } })
  const changed = form.differences.length > 0
  return (
    <Page
      title={form.name}
      back={{ to: '/forms', label: t('list.title') }}
      width="wide"
      state={
        <span className={css.name}>
          <FormState form={{ published: form.published, closed: form.closed, changed }} />
          {may && tab === 'edit' && <SaveStatus state={auto.state} />}
        </span>
      }
      primary={
        may &&
        tab === 'edit' && (
          <Button
            disabled={form.published > 0 && !changed && auto.state.is === 'saved'}
            onClick={() => {
              void auto.flush().then(() => setAsking('publish'))
            }}
          >
            {t(form.published > 0 ? 'publish.again' : 'publish.action')}
          </Button>
        )
      }
      actions={
        may && (
          <>
            {form.published > 0 && (
              <Button variant="default" onClick={() => void close()}>
                {t(form.closed ? 'edit.open' : 'edit.close')}
              </Button>
            )}
            <Button variant="default" onClick={() => setAsking('delete')}>
              {t('edit.delete')}
            </Button>
          </>
        )
      }
    >
      {auto.state.is === 'stale' && <StaleDialog onMine={() => void settle(true)} onTheirs={() => void settle(false)} />}
      {auto.state.is === 'refused' && <ProblemAlert error={auto.state.error} />}
      <Tabs value={tab} onChange={show} keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="edit">{t('tab.edit')}</Tabs.Tab>
          <Tabs.Tab value="share" disabled={form.published === 0}>
            {t('tab.share')}
          </Tabs.Tab>
          <Tabs.Tab value="submissions">{t('tab.submissions')}</Tabs.Tab>
          <Tabs.Tab value="stats">{t('tab.stats')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="edit" pt="lg">
          <Editor form={form} name={name} onName={rename} draft={draft} onChange={change} onRestored={restored} disabled={!may} />
        </Tabs.Panel>
        <Suspense
          fallback={
            <Late>
              <FormSkeleton />
            </Late>
          }
        >
          <Tabs.Panel value="share" pt="lg">
            <Share form={form} />
          </Tabs.Panel>
          <Tabs.Panel value="submissions" pt="lg">
            <Submissions id={form.id} may={may} />
          </Tabs.Panel>
          <Tabs.Panel value="stats" pt="lg">
            <Figures id={form.id} />
          </Tabs.Panel>
        </Suspense>
      </Tabs>
      {asking === 'publish' && (
        <Publish
          form={form}
          onClose={() => setAsking(null)}
          onDone={(saved) => {
            setDraft(saved.draft)
            keep(saved)
            void auto.settle(saved, false)
            setAsking(null)
            toastDone(t('publish.done'))
            if (form.published === 0) show('share')
          }}
        />
      )}
      <Confirm opened={asking === 'delete'} onClose={() => setAsking(null)} title={t('edit.delete_title', { name: form.name })} action={t('edit.delete')} onConfirm={remove}>
        <p>{t('edit.delete_text')}</p>
      </Confirm>
    </Page>
  )
}

interface PublishProps {
  form: Form
  onClose: () => void
  onDone: (f: Form) => void
}

// Lists what visitors will see differently, before they do.
function Publish({ form, onClose, onDone }: PublishProps) {
  const { t } = useTranslation(['form', 'ui'])
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const publish = async () => {
    setBusy(true)
    setError(null)
    try {
      onDone(await publishForm({ path: { id: form.id }, headers: ifMatch(form.version) }))
    } catch (e) {
      setError(e)
      setBusy(false)
    }
  }
  return (
    <Modal opened onClose={onClose} title={t('publish.title', { name: form.name })} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <div className={css.stack}>
        {form.published === 0 ? <p>{t('publish.first')}</p> : <Differences list={form.differences} />}
        {error !== null && <ProblemAlert error={problemOf(error)} />}
        <div className={`${css.buttons} ${css.end}`}>
          <Button variant="default" onClick={onClose}>
            {t('ui:cancel')}
          </Button>
          <Button loading={busy} onClick={() => void publish()} data-autofocus>
            {t('publish.action')}
          </Button>
        </div>
      </div>
    </Modal>
  )
}
