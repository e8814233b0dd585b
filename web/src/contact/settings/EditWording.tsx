import { Button, Checkbox, Modal, Select, Textarea, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import * as v from 'valibot'
import { type ConsentKey, createWording, ifMatch, once, reviseWording, type Wording } from '@/api'
import { langNames } from '@/app/langNames'
import { required } from '@/lib/rules'
import form from '@/ui/Form.module.css'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { toastDone } from '@/ui/toast'
import { useApiForm } from '@/ui/useApiForm'
import { inLang, useTopics, wordingsKey } from '../consent'
import { keysOf, type Chosen, chosenOf } from './keys'

const channels = ['email', 'sms', 'viber', 'whatsapp', 'telegram', 'instagram'] as const
const purposes = ['advertising', 'third_party', 'transactional'] as const

const text = v.pipe(v.string(), v.maxLength(4000, 'wording.text'))
const wordingForm = v.object({
  name: v.pipe(required, v.maxLength(100, 'wording.name')),
  text: v.object({ ru: v.pipe(required, v.minLength(10, 'wording.text'), v.maxLength(4000, 'wording.text')), kk: text, en: text }),
  channels: v.pipe(v.array(v.string()), v.minLength(1, 'wording.keys')),
  purposes: v.pipe(v.array(v.string()), v.minLength(1, 'wording.keys')),
  topic: v.nullable(v.string()),
})

interface Props {
  wording: Wording | null
  onClose: () => void
}

/** EditWording makes a wording, or the next version of one. */
export function EditWording({ wording: w, onClose }: Props) {
  const { t, i18n } = useTranslation(['consent', 'contact'])
  const client = useQueryClient()
  const [key] = useState(once)
  const topics = useTopics()
  const { form: f, busy, problem, onSubmit } = useApiForm({
    initial: { name: w?.name ?? '', text: { ru: w?.text.ru ?? '', kk: w?.text.kk ?? '', en: w?.text.en ?? '' }, ...chosenOf(w?.keys) } as Chosen & {
      name: string
      text: { ru: string; kk: string; en: string }
    },
    schema: wordingForm,
    send: ({ name, text: words, ...chosen }) => {
      const body = { name: name.trim(), text: words, keys: keysOf(chosen) as ConsentKey[] }
      return w ? reviseWording({ path: { id: w.id }, headers: ifMatch(w.version), body }) : createWording({ headers: key, body })
    },
    onDone: (saved) => {
      void client.invalidateQueries({ queryKey: wordingsKey })
      toastDone(t('wordings.saved', { n: saved.version }))
      onClose()
    },
  })
  const choice = topics.data?.filter((x) => !x.archived).map((x) => ({ value: x.id, label: inLang(x.name, i18n.language) })) ?? []
  return (
    <Modal opened onClose={onClose} size="lg" title={t(w ? 'wordings.edit' : 'wordings.create')} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <form className={form.form} onSubmit={onSubmit} noValidate>
        <ProblemAlert error={problem} />
        {w && (
          <div className={form.note} role="note">
            {t('wordings.next', { n: w.version + 1 })}
          </div>
        )}
        <TextInput label={t('wordings.name')} description={t('wordings.name_hint')} data-autofocus maxLength={100} key={f.key('name')} {...f.getInputProps('name')} />
        {(['ru', 'kk', 'en'] as const).map((l) => (
          <Textarea
            key={f.key(`text.${l}`)}
            label={t('wordings.text', { lang: langNames[l] })}
            description={l === 'ru' ? t('wordings.text_hint') : undefined}
            autosize
            minRows={2}
            maxLength={4000}
            {...f.getInputProps(`text.${l}`)}
          />
        ))}
        <Checkbox.Group label={t('wordings.channels')} key={f.key('channels')} {...f.getInputProps('channels')}>
          <div className={form.choices}>
            {channels.map((c) => (
              <Checkbox key={c} value={c} label={t(`contact:channel.${c}`)} />
            ))}
          </div>
        </Checkbox.Group>
        <Checkbox.Group label={t('wordings.purposes')} key={f.key('purposes')} {...f.getInputProps('purposes')}>
          <div className={form.choices}>
            {purposes.map((p) => (
              <Checkbox key={p} value={p} label={t(`contact:purpose.${p}`)} />
            ))}
          </div>
        </Checkbox.Group>
        {choice.length > 0 && (
          <Select
            label={t('wordings.topic')}
            description={t('wordings.topic_hint')}
            allowDeselect={false}
            data={[{ value: '', label: t('contact:grant.topic_all') }, ...choice]}
            key={f.key('topic')}
            {...f.getInputProps('topic')}
          />
        )}
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
