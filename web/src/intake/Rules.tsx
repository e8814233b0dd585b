import { Button, Checkbox, Radio, Select, Textarea, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ConsentDeclaration, type Import, type ImportSettings, updateImport } from '@/api'
import { useLists } from '@/contact/contact'
import { fieldErrors, problemOf } from '@/lib/errors'
import form from '@/ui/Form.module.css'
import { Panel } from '@/ui/Panel'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { SafeBar } from '@/ui/SafeBar'
import css from './Intake.module.css'
import { checkConsent, consentOf, type ConsentForm, formOf } from './consent'
import { importKey } from './steps'

interface Props {
  file: Import
  onBack: () => void
  onNext: () => void
}

type Errors = Record<string, string>

/** Rules: what to do with known contacts, which list, and what is declared about consent. */
export function Rules({ file, onBack, onNext }: Props) {
  const { t } = useTranslation(['intake', 'errors'])
  const client = useQueryClient()
  const [s, setS] = useState(file.settings)
  const [consent, setConsent] = useState(() => formOf(file.settings.consent))
  const [errors, setErrors] = useState<Errors>({})
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const set = (change: Partial<ImportSettings>) => setS({ ...s, ...change })
  const next = async () => {
    const wrong = checkConsent(consent)
    setErrors(Object.fromEntries(Object.entries(wrong).map(([k, code]) => [k, t(`errors:${code}`)])))
    if (Object.keys(wrong).length > 0) return focusFirst()
    setBusy(true)
    setError(null)
    try {
      const { on_existing, list, new_list, default_country } = s
      const body = { settings: { on_existing, list: list ?? '', new_list: new_list ?? '', default_country, consent: consentOf(consent) } }
      client.setQueryData(importKey(file.id), await updateImport({ path: { id: file.id }, body }))
      onNext()
    } catch (e) {
      const p = problemOf(e)
      const fields = Object.fromEntries(Object.entries(fieldErrors(p)).map(([k, v]) => [k.replace(/^settings\./, ''), v]))
      setErrors(fields)
      setError(Object.keys(fields).some((k) => shown.has(k)) ? null : e)
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className={form.stack}>
      <ProblemAlert error={error} />
      <Panel title={t('rules.consent')} hint={t('rules.consent_hint')}>
        <Declaration value={consent} onChange={setConsent} errors={errors} />
      </Panel>
      <Panel title={t('rules.existing')} hint={t('rules.existing_hint')}>
        <Radio.Group aria-label={t('rules.existing')} value={s.on_existing} onChange={(v) => set({ on_existing: v as ImportSettings['on_existing'] })}>
          <div className={form.stack}>
            {(['update_empty', 'overwrite', 'skip'] as const).map((v) => (
              <Radio key={v} value={v} label={t(`rules.${v}`)} />
            ))}
          </div>
        </Radio.Group>
      </Panel>
      <Panel title={t('rules.list')} hint={t('rules.list_hint')}>
        <ListChoice s={s} set={set} error={errors.list ?? errors.new_list} />
      </Panel>
      <SafeBar>
        <Button variant="default" onClick={onBack}>
          {t('back')}
        </Button>
        <Button onClick={() => void next()} loading={busy}>
          {t('next')}
        </Button>
      </SafeBar>
    </div>
  )
}

// The first wrong field, once it is marked; the first answer when none was chosen.
function focusFirst() {
  setTimeout(() => (document.querySelector<HTMLElement>('[aria-invalid=true]') ?? document.getElementById('consent-yes'))?.focus())
}

const shown = new Set(['consent', 'consent.source', 'consent.date', 'consent.wording', 'consent.channels', 'list', 'new_list'])

interface DeclarationProps {
  value: ConsentForm
  onChange: (v: ConsentForm) => void
  errors: Errors
}

// Nothing is chosen in advance: saying "there is consent" is an act of signature.
function Declaration({ value: v, onChange, errors }: DeclarationProps) {
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
                  { value: 'transactional', label: t('consent.transactional') },
                ]}
                value={v.purpose}
                onChange={(x) => set({ purpose: (x ?? 'advertising') as ConsentForm['purpose'] })}
              />
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
                </div>
              </Checkbox.Group>
              <Textarea
                label={t('consent.wording')}
                description={t('consent.wording_hint')}
                autosize
                minRows={2}
                maxLength={2000}
                value={v.wording}
                error={errors['consent.wording']}
                onChange={(e) => set({ wording: e.currentTarget.value })}
              />
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

interface ListProps {
  s: ImportSettings
  set: (change: Partial<ImportSettings>) => void
  error?: string
}

function ListChoice({ s, set, error }: ListProps) {
  const { t } = useTranslation('intake')
  const lists = useLists()
  const [kind, setKind] = useState(s.new_list ? 'new' : s.list ? 'list' : 'none')
  const choose = (k: string) => {
    setKind(k)
    set({ list: k === 'list' ? s.list : undefined, new_list: k === 'new' ? s.new_list : undefined })
  }
  const some = (lists.data?.length ?? 0) > 0
  return (
    <Radio.Group aria-label={t('rules.list')} value={kind} onChange={choose} error={error}>
      <div className={form.stack}>
        <Radio value="none" label={t('rules.no_list')} />
        {some && <Radio value="list" label={t('rules.this_list')} />}
        {kind === 'list' && (
          <Select
            aria-label={t('rules.this_list')}
            data={lists.data?.map((l) => ({ value: l.id, label: l.name })) ?? []}
            value={s.list ?? null}
            onChange={(v) => set({ list: v ?? undefined })}
            searchable
          />
        )}
        <Radio value="new" label={t('rules.new_list')} />
        {kind === 'new' && (
          <TextInput aria-label={t('rules.new_list')} maxLength={100} value={s.new_list ?? ''} onChange={(e) => set({ new_list: e.currentTarget.value })} />
        )}
      </div>
    </Radio.Group>
  )
}
