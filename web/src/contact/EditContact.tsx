import { Button, MultiSelect, Select, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { type Contact, type Field, getContact, ifMatch, updateContact } from '@/api'
import { langNames } from '@/app/langNames'
import form from '@/ui/Form.module.css'
import { Loaded } from '@/ui/Loaded'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { toastDone } from '@/ui/toast'
import { useApiForm } from '@/ui/useApiForm'
import { contactKey, contactsKey, useFields, useLists, useTags } from './contact'
import { FieldInput, fieldStarts } from './FieldInput'

interface Props {
  contact: Contact
  onDone: () => void
}

/** EditContact changes the data of a person. A change made meanwhile by somebody else is told, never overwritten. */
export function EditContact(props: Props) {
  const fields = useFields()
  return <Loaded query={fields}>{(all) => <Form {...props} custom={all.filter((f) => !f.builtin)} />}</Loaded>
}

function Form({ contact: c, onDone, custom }: Props & { custom: Field[] }) {
  const { t } = useTranslation('contact')
  const client = useQueryClient()
  const lists = useLists()
  const tags = useTags()
  const keep = (next: Contact) => {
    client.setQueryData(contactKey(c.id), next)
    void client.invalidateQueries({ queryKey: contactsKey })
  }
  const { form: f, busy, problem, clearProblem, onSubmit } = useApiForm({
    initial: {
      email: c.email,
      phone: c.phone,
      first_name: c.first_name,
      last_name: c.last_name,
      lang: c.lang as string,
      lists: c.lists ?? [],
      tags: c.tags ?? [],
      fields: fieldStarts(custom, c.fields),
    },
    send: (body) => {
      // The version that is on screen: after "take theirs" it is the new one.
      const seen = client.getQueryData<Contact>(contactKey(c.id)) ?? c
      return updateContact({ path: { id: c.id }, headers: ifMatch(seen.version), body: { ...body, lang: (body.lang ?? '') as Contact['lang'] } })
    },
    onDone: (next) => {
      keep(next)
      toastDone(t('card.saved'))
      onDone()
    },
  })
  const reload = async (mine: boolean) => {
    const fresh = await getContact({ path: { id: c.id } })
    keep(fresh)
    clearProblem()
    if (!mine) onDone()
  }
  return (
    <form className={form.form} onSubmit={onSubmit} noValidate>
      {problem?.status === 412 ? <Stale onMine={() => void reload(true)} onTheirs={() => void reload(false)} /> : <ProblemAlert error={problem} />}
      {(['email', 'phone', 'first_name', 'last_name'] as const).map((name) => (
        <TextInput key={f.key(name)} label={t(`field.${name}`)} autoComplete="off" {...f.getInputProps(name)} />
      ))}
      <Select
        label={t('field.lang')}
        placeholder={t('field.lang_none')}
        clearable
        clearButtonProps={{ 'aria-label': t('field.lang_none') }}
        data={Object.entries(langNames).map(([value, label]) => ({ value, label }))}
        key={f.key('lang')}
        {...f.getInputProps('lang')}
      />
      {custom.map((x) => (
        <FieldInput key={f.key(`fields.${x.key}`)} field={x} props={f.getInputProps(`fields.${x.key}`)} />
      ))}
      <MultiSelect label={t('card.lists')} data={lists.data?.map((l) => ({ value: l.id, label: l.name })) ?? []} key={f.key('lists')} {...f.getInputProps('lists')} />
      <MultiSelect label={t('card.tags')} searchable data={tags.data?.map((x) => ({ value: x.id, label: x.name })) ?? []} key={f.key('tags')} {...f.getInputProps('tags')} />
      <div className={form.buttons}>
        <Button type="submit" loading={busy}>
          {t('ui:save')}
        </Button>
        <Button variant="default" onClick={onDone}>
          {t('ui:cancel')}
        </Button>
      </div>
    </form>
  )
}

function Stale({ onMine, onTheirs }: { onMine: () => void; onTheirs: () => void }) {
  const { t } = useTranslation('contact')
  return (
    <div className={form.note} data-tone="warning" role="alert">
      <p>{t('stale.text')}</p>
      <div className={form.buttons}>
        <Button size="xs" variant="default" onClick={onMine}>
          {t('stale.mine')}
        </Button>
        <Button size="xs" variant="default" onClick={onTheirs}>
          {t('stale.theirs')}
        </Button>
      </div>
    </div>
  )
}
