import { Button, Radio, Select, TagsInput, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Import, type ImportSettings, updateImport } from '@/api'
import { useFields, useLists } from '@/contact/contact'
import { fieldErrors, problemOf } from '@/lib/errors'
import form from '@/ui/Form.module.css'
import { Panel } from '@/ui/Panel'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { SafeBar } from '@/ui/SafeBar'
import css from './Intake.module.css'
import { checkConsent, consentOf, formOf } from './consent'
import { Declaration } from './Declaration'
import { asksDates, countries, identities } from './rules'
import { importKey } from './steps'

interface Props {
  file: Import
  onBack: () => void
  onNext: () => void
}

type Errors = Record<string, string>
type Set = (change: Partial<ImportSettings>) => void

/** Rules: what to do with known contacts, which list, and what is declared about consent. */
export function Rules({ file, onBack, onNext }: Props) {
  const { t } = useTranslation(['intake', 'errors'])
  const client = useQueryClient()
  const [s, setS] = useState(file.settings)
  const [consent, setConsent] = useState(() => formOf(file.settings.consent))
  const [errors, setErrors] = useState<Errors>({})
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const set: Set = (change) => {
    setS({ ...s, ...change })
    if (change.date_order) setErrors((old) => Object.fromEntries(Object.entries(old).filter(([k]) => k !== 'date_order')))
  }
  const fields = useFields()
  const datesOpen = asksDates(file, fields.data ?? [])
  const next = async () => {
    const wrong = { ...checkConsent(consent), ...(datesOpen && !s.date_order ? { date_order: 'import.date_order' } : {}) }
    setErrors(Object.fromEntries(Object.entries(wrong).map(([k, code]) => [k, t(`errors:${code}`)])))
    if (Object.keys(wrong).length > 0) return focusFirst()
    setBusy(true)
    setError(null)
    try {
      const { on_existing, list, new_list, default_country, identity, date_order, tags } = s
      const body = {
        settings: { on_existing, list: list ?? '', new_list: new_list ?? '', default_country, identity, date_order, tags, consent: consentOf(consent) },
      }
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
        <Declaration file={file} value={consent} onChange={setConsent} errors={errors} />
      </Panel>
      <Panel title={t('rules.existing')} hint={t('rules.existing_hint')}>
        <Identity file={file} s={s} set={set} />
        <Radio.Group aria-label={t('rules.existing')} value={s.on_existing} onChange={(v) => set({ on_existing: v as ImportSettings['on_existing'] })}>
          <div className={form.stack}>
            {(['update_empty', 'overwrite', 'skip'] as const).map((v) => (
              <Radio key={v} value={v} label={t(`rules.${v}`)} />
            ))}
          </div>
        </Radio.Group>
      </Panel>
      <Reading file={file} s={s} set={set} dates={datesOpen} error={errors.date_order} />
      <Panel title={t('rules.list')} hint={t('rules.list_hint')}>
        <ListChoice s={s} set={set} error={errors.list ?? errors.new_list} />
      </Panel>
      <Panel title={t('rules.tags')} hint={t('rules.tags_hint')}>
        <TagsInput
          className={css.short}
          aria-label={t('rules.tags')}
          placeholder={s.tags.length === 0 ? t('rules.tags_placeholder') : undefined}
          maxTags={10}
          value={s.tags}
          onChange={(tags) => set({ tags })}
          error={errors.tags}
        />
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

const shown = new Set(['consent', 'consent.source', 'consent.date', 'consent.wording', 'consent.channels', 'list', 'new_list', 'tags', 'date_order'])

interface PartProps {
  file: Import
  s: ImportSettings
  set: Set
}

// By what a contact is recognised: asked only when the file has more than one way.
function Identity({ file, s, set }: PartProps) {
  const { t } = useTranslation('intake')
  const ways = identities(file)
  if (ways.length < 2) return null
  return (
    <Radio.Group className={css.part} label={t('rules.identity')} value={s.identity ?? ways[0]!} onChange={(v) => set({ identity: v as ImportSettings['identity'] })}>
      <div className={form.choices}>
        {ways.map((w) => (
          <Radio key={w} value={w} label={t(`columns.field.${w}`)} />
        ))}
      </div>
    </Radio.Group>
  )
}

interface ReadingProps extends PartProps {
  /** Whether the order of dates must be asked. */
  dates: boolean
  error?: string
}

// How numbers without a country code and dates of three numbers are read.
function Reading({ file, s, set, dates, error }: ReadingProps) {
  const { t } = useTranslation('intake')
  const phones = file.settings.mapping.some((m) => m.field === 'phone')
  if (!phones && !dates) return null
  return (
    <Panel title={t('rules.reading')}>
      <div className={form.stack}>
        {phones && (
          <Select
            className={css.short}
            label={t('rules.country')}
            description={t('rules.country_hint')}
            data={countries.map((c) => ({ value: c.key, label: `${t(`country.${c.key}`)} +${c.code}` }))}
            value={s.default_country}
            allowDeselect={false}
            searchable
            onChange={(v) => v && set({ default_country: v })}
          />
        )}
        {dates && (
          <Radio.Group label={t('rules.dates')} value={s.date_order ?? ''} onChange={(v) => set({ date_order: v as ImportSettings['date_order'] })} error={error}>
            <div className={form.choices}>
              <Radio value="dmy" label={t('rules.dmy')} />
              <Radio value="mdy" label={t('rules.mdy')} />
            </div>
          </Radio.Group>
        )}
      </div>
    </Panel>
  )
}

interface ListProps {
  s: ImportSettings
  set: Set
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
