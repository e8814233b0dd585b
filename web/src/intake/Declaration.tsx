import { Button, Checkbox, Radio, Select, Textarea, TextInput } from '@mantine/core'
import { IconPaperclip, IconX } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { attachImportProof, type ConsentDeclaration, detachImportProof, type Import, listTopics, listWordings } from '@/api'
import { useFmt } from '@/lib/useFmt'
import form from '@/ui/Form.module.css'
import { ProblemAlert } from '@/ui/ProblemAlert'
import css from './Intake.module.css'
import type { ConsentForm } from './consent'
import { importKey } from './steps'

interface Props {
  file: Import
  value: ConsentForm
  onChange: (v: ConsentForm) => void
  errors: Record<string, string>
}

// Nothing is chosen in advance: saying "there is consent" is an act of signature.
/** Declaration asks for the consent of the people in a file, and for what shows it (AUD-1). */
export function Declaration({ file, value: v, onChange, errors }: Props) {
  const { t } = useTranslation('intake')
  const set = (change: Partial<ConsentForm>) => onChange({ ...v, ...change })
  return (
    <Radio.Group
      aria-label={t('rules.consent')}
      value={v.answer}
      onChange={(x) => set({ answer: x as ConsentForm['answer'] })}
      error={errors.consent}
    >
      <div className={form.stack}>
        <div className={css.choice}>
          <Radio id="consent-yes" value="yes" label={t('consent.yes')} description={t('consent.yes_hint')} />
          {v.answer === 'yes' && (
            <div className={css.inner}>
              <Select
                label={t('consent.purpose')}
                allowDeselect={false}
                data={[
                  { value: 'advertising', label: t('consent.advertising') },
                  { value: 'third_party', label: t('consent.third_party') },
                  { value: 'transactional', label: t('consent.transactional') },
                ]}
                value={v.purpose}
                onChange={(x) => set({ purpose: (x ?? 'advertising') as ConsentForm['purpose'] })}
              />
              <TopicChoice v={v} set={set} />
              <TextInput
                label={t('consent.source')}
                description={t('consent.source_hint')}
                maxLength={200}
                value={v.source}
                error={errors['consent.source']}
                onChange={(e) => set({ source: e.currentTarget.value })}
              />
              <TextInput
                label={t('consent.date')}
                description={t('consent.date_hint')}
                type="date"
                max={new Date().toISOString().slice(0, 10)}
                value={v.date}
                error={errors['consent.date']}
                onChange={(e) => set({ date: e.currentTarget.value })}
              />
              <Checkbox.Group
                label={t('consent.channels')}
                value={v.channels}
                error={errors['consent.channels']}
                onChange={(channels) => set({ channels: channels as NonNullable<ConsentDeclaration['channels']> })}
              >
                <div className={form.choices}>
                  <Checkbox value="email" label={t('consent.email')} />
                  <Checkbox value="sms" label="SMS" />
                  <Checkbox value="whatsapp" label="WhatsApp" />
                  <Checkbox value="viber" label="Viber" />
                </div>
              </Checkbox.Group>
              <WordingChoice v={v} set={set} />
              <Textarea
                label={t('consent.wording')}
                description={t('consent.wording_hint')}
                autosize
                minRows={2}
                maxLength={2000}
                value={v.wording}
                error={errors['consent.wording']}
                onChange={(e) => set({ wording: e.currentTarget.value, choice: '' })}
              />
              <ProofFile file={file} />
            </div>
          )}
        </div>
        <div className={css.choice}>
          <Radio value="no" label={t('consent.no')} description={t('consent.no_hint')} />
        </div>
      </div>
    </Radio.Group>
  )
}


interface PartProps {
  v: ConsentForm
  set: (change: Partial<ConsentForm>) => void
}

// What the consent is about, when the account has topics.
function TopicChoice({ v, set }: PartProps) {
  const { t, i18n } = useTranslation('intake')
  const topics = useQuery({ queryKey: ['topics'], queryFn: async ({ signal }) => (await listTopics({ signal })).items, staleTime: 60_000 })
  const list = topics.data?.filter((x) => !x.archived || x.id === v.topic) ?? []
  if (list.length === 0) return null
  return (
    <Select
      label={t('consent.topic')}
      description={t('consent.topic_hint')}
      data={[{ value: '', label: t('consent.topic_all') }, ...list.map((x) => ({ value: x.id, label: say(x.name, i18n.language) }))]}
      value={v.topic}
      allowDeselect={false}
      onChange={(topic) => set({ topic: topic ?? '' })}
    />
  )
}

// One of the account's wordings fills the words in; typing lets go of it.
function WordingChoice({ v, set }: PartProps) {
  const { t, i18n } = useTranslation('intake')
  const wordings = useQuery({ queryKey: ['wordings'], queryFn: async ({ signal }) => (await listWordings({ signal })).items, staleTime: 60_000 })
  const list = wordings.data?.filter((w) => !w.archived || w.id === v.choice) ?? []
  if (list.length === 0) return null
  const choose = (choice: string | null) => {
    const found = list.find((w) => w.id === choice)
    set(found ? { choice: found.id, wording: say(found.text, i18n.language) } : { choice: '' })
  }
  return (
    <Select
      label={t('consent.choice')}
      data={[{ value: '', label: t('consent.choice_own') }, ...list.map((w) => ({ value: w.id, label: w.name }))]}
      value={v.choice}
      allowDeselect={false}
      onChange={choose}
    />
  )
}

const say = (text: { ru?: string; kk?: string; en?: string }, lang: string) => text[lang as 'ru'] || text.ru || text.kk || text.en || ''

// A scan or a picture that shows the consent; it goes to the server at once.
function ProofFile({ file }: { file: Import }) {
  const { t } = useTranslation('intake')
  const fmt = useFmt()
  const client = useQueryClient()
  const input = useRef<HTMLInputElement>(null)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const proof = file.settings.consent.proof
  const act = async (work: () => Promise<Import>) => {
    setBusy(true)
    setError(null)
    try {
      client.setQueryData(importKey(file.id), await work())
    } catch (e) {
      setError(e)
    } finally {
      setBusy(false)
    }
  }
  const take = (f: File | undefined) => {
    if (!f) return
    if (f.size > 20 << 20) return setError({ status: 413, code: 'import.proof_size' })
    void act(() => attachImportProof({ path: { id: file.id }, query: { filename: f.name }, body: f }))
  }
  return (
    <div className={css.proof}>
      <span className={css.header}>{t('consent.proof')}</span>
      <span className="subtle">{t('consent.proof_hint')}</span>
      <ProblemAlert error={error} />
      {proof ? (
        <div className={form.buttons}>
          <IconPaperclip size={18} aria-hidden />
          <a href={`/api/v1/imports/${file.id}/proof`} download>
            {proof.name}
          </a>
          <span className="subtle">{fmt.bytes(proof.size)}</span>
          <Button size="xs" variant="default" loading={busy} leftSection={<IconX size={14} aria-hidden />} onClick={() => void act(() => detachImportProof({ path: { id: file.id } }))}>
            {t('consent.proof_remove')}
          </Button>
        </div>
      ) : (
        <div className={form.buttons}>
          <Button size="xs" variant="default" loading={busy} leftSection={<IconPaperclip size={16} aria-hidden />} onClick={() => input.current?.click()}>
            {t('consent.proof_add')}
          </Button>
        </div>
      )}
      <input
        ref={input}
        type="file"
        className="hidden-visually"
        tabIndex={-1}
        accept=".pdf,.jpg,.jpeg,.png,.webp"
        aria-label={t('consent.proof')}
        onChange={(e) => (take(e.currentTarget.files?.[0]), (e.currentTarget.value = ''))}
      />
    </div>
  )
}
