import { Button, Checkbox, Drawer, MultiSelect, Select, Textarea, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { createContact, once } from '@/api'
import { langNames } from '@/app/langNames'
import form from '@/ui/Form.module.css'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { toastDone } from '@/ui/toast'
import { useApiForm } from '@/ui/useApiForm'
import { contactsKey, useFields, useLists, useTags } from './contact'
import { FieldInput } from './FieldInput'

/** AddContact adds one person by hand, with the consent if there is one. */
export function AddContact({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('contact')
  const client = useQueryClient()
  const navigate = useNavigate()
  const lists = useLists()
  const tags = useTags()
  const custom = useFields().data?.filter((x) => !x.builtin) ?? []
  const [key] = useState(once)
  const [agreed, setAgreed] = useState(false)
  const { form: f, busy, problem, onSubmit } = useApiForm({
    initial: { email: '', phone: '', first_name: '', last_name: '', lang: '', lists: [] as string[], tags: [] as string[], fields: {} as Record<string, string | string[]>, wording: '' },
    send: ({ wording, lang, ...body }) =>
      createContact({
        headers: key,
        body: {
          ...body,
          lang: lang as '' | 'ru',
          consent: agreed ? { channel: 'email', purpose: 'advertising', source: 'hand', wording: wording.trim() } : undefined,
        },
      }),
    onDone: (c) => {
      void client.invalidateQueries({ queryKey: contactsKey })
      toastDone(t('add.done'))
      void navigate({ to: '/contacts/$id', params: { id: c.id } })
    },
  })
  const text = (name: 'email' | 'phone' | 'first_name' | 'last_name', type?: string) => (
    <TextInput
      label={t(`field.${name}`)}
      type={type}
      inputMode={type === 'email' ? 'email' : undefined}
      autoComplete="off"
      data-autofocus={name === 'email' || undefined}
      key={f.key(name)}
      {...f.getInputProps(name)}
    />
  )
  return (
    <Drawer opened onClose={onClose} position="right" size={460} title={t('add.title')} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <form className={form.form} onSubmit={onSubmit} noValidate>
        <ProblemAlert error={problem} />
        <p className="subtle">{t('add.hint')}</p>
        {text('email', 'email')}
        {text('phone', 'tel')}
        <div className={form.pair}>
          {text('first_name')}
          {text('last_name')}
        </div>
        <Select
          label={t('field.lang')}
          placeholder={t('field.lang_none')}
          clearable
          clearButtonProps={{ 'aria-label': t('field.lang_none') }}
          data={Object.entries(langNames).map(([value, label]) => ({ value, label }))}
          key={f.key('lang')}
          {...f.getInputProps('lang')}
        />
        {lists.data && lists.data.length > 0 && (
          <MultiSelect
            label={t('card.lists')}
            data={lists.data.map((l) => ({ value: l.id, label: l.name }))}
            key={f.key('lists')}
            {...f.getInputProps('lists')}
          />
        )}
        {tags.data && tags.data.length > 0 && (
          <MultiSelect label={t('card.tags')} searchable data={tags.data.map((x) => ({ value: x.id, label: x.name }))} key={f.key('tags')} {...f.getInputProps('tags')} />
        )}
        {custom.map((x) => (
          <FieldInput key={f.key(`fields.${x.key}`)} field={x} props={f.getInputProps(`fields.${x.key}`)} />
        ))}
        <Checkbox label={t('add.consent')} description={t('add.consent_hint')} checked={agreed} onChange={(e) => setAgreed(e.currentTarget.checked)} />
        {agreed && (
          <Textarea
            label={t('grant.wording')}
            description={t('grant.wording_hint')}
            required
            withAsterisk={false}
            autosize
            minRows={2}
            maxLength={2000}
            error={f.errors['consent.wording']}
            key={f.key('wording')}
            {...f.getInputProps('wording')}
          />
        )}
        <div className={`${form.buttons} ${form.end}`}>
          <Button variant="default" onClick={onClose}>
            {t('ui:cancel')}
          </Button>
          <Button type="submit" loading={busy}>
            {t('add.action')}
          </Button>
        </div>
        </form>
    </Drawer>
  )
}
