import { Button, MultiSelect, Radio, Select, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { createForm, createWording, once, type Wording } from '@/api'
import { useCan, useMe } from '@/app/session'
import { useLang } from '@/app/useLang'
import { useLists } from '@/contact/contact'
import { problemOf } from '@/lib/errors'
import css from '@/ui/Form.module.css'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { FormSkeleton } from '@/ui/Skeletons'
import { draftOf, formKey, formsKey, type Recipe, recipes, standardWording, useWordings } from './form'

/** NewForm begins a form by where it will stand, with the consent that it asks for. */
export function NewForm() {
  const { t } = useTranslation('form')
  const may = useCan('contacts.edit')
  const query = useWordings()
  return (
    <Page title={t('new.title')} back={{ to: '/forms', label: t('list.title') }} width="form">
      {may ? (
        <Loaded query={query} skeleton={<FormSkeleton />}>
          {(all) => <Begin wordings={all.filter((w) => !w.archived)} />}
        </Loaded>
      ) : (
        <ProblemAlert error={{ status: 403, code: 'forbidden' }} />
      )}
    </Page>
  )
}

const ours = 'new'

function Begin({ wordings }: { wordings: Wording[] }) {
  const { t } = useTranslation('form')
  const { lang } = useLang()
  const client = useQueryClient()
  const navigate = useNavigate()
  const lists = useLists()
  const { account } = useMe()
  const [recipe, setRecipe] = useState<Recipe>('site')
  const [name, setName] = useState('')
  const [wording, setWording] = useState(wordings[0]?.id ?? ours)
  const [joins, setJoins] = useState<string[]>([])
  const [key] = useState(once)
  const [wordingKey] = useState(once)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const standard = standardWording(account.name)
  const makeWording = async () => {
    const made = await createWording({
      headers: wordingKey,
      body: {
        name: t('new.wording_name'),
        text: standard,
        keys: [{ channel: 'email', purpose: 'advertising' }],
      },
    })
    await client.invalidateQueries({ queryKey: ['wordings'] })
    return made.id
  }
  const create = async () => {
    setBusy(true)
    setError(null)
    try {
      const agreed = wording === ours ? await makeWording() : wording
      const form = await createForm({ headers: key, body: { name: name.trim() || t(`recipe.${recipe}`), draft: draftOf(recipe, agreed, joins) } })
      client.setQueryData(formKey(form.id), form)
      void client.invalidateQueries({ queryKey: formsKey })
      await navigate({ to: '/forms/$id', params: { id: form.id }, search: {} })
    } catch (e) {
      setError(e)
      setBusy(false)
    }
  }
  return (
    <form
      className={css.form}
      onSubmit={(e) => {
        e.preventDefault()
        void create()
      }}
    >
      {error !== null && <ProblemAlert error={problemOf(error)} />}
      <Panel title={t('new.where')}>
        <Radio.Group value={recipe} onChange={(v) => setRecipe(v as Recipe)} aria-label={t('new.where')}>
          <div className={css.stack}>
            {recipes.map((r) => (
              <Radio key={r} value={r} label={t(`recipe.${r}`)} description={t(`recipe.${r}_text`)} />
            ))}
          </div>
        </Radio.Group>
      </Panel>
      <Panel>
        <div className={css.stack}>
          <TextInput label={t('edit.name')} description={t('new.name_hint')} value={name} maxLength={120} placeholder={t(`recipe.${recipe}`)} onChange={(e) => setName(e.currentTarget.value)} />
          <Select
            label={t('new.consent')}
            description={wording === ours ? standard[lang] : undefined}
            allowDeselect={false}
            data={[...wordings.map((w) => ({ value: w.id, label: w.name })), { value: ours, label: t('new.consent_new') }]}
            value={wording}
            onChange={(v) => setWording(v ?? ours)}
          />
          <MultiSelect
            label={t('edit.lists')}
            description={t('new.lists_hint')}
            searchable
            data={lists.data?.map((l) => ({ value: l.id, label: l.name })) ?? []}
            value={joins}
            onChange={setJoins}
          />
        </div>
      </Panel>
      <div className={`${css.buttons} ${css.end}`}>
        <Button type="submit" loading={busy}>
          {t('new.create')}
        </Button>
      </div>
    </form>
  )
}
