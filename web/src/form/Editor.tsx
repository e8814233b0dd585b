import { Button, Checkbox, MultiSelect, SegmentedControl, Select, Switch, Textarea, TextInput } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Form, FormDesign, FormTexts, Words } from '@/api'
import { langNames } from '@/app/langNames'
import { useLang } from '@/app/useLang'
import { inLang } from '@/contact/consent'
import { useLists, useTags } from '@/contact/contact'
import type { Lang } from '@/lib/fmt'
import form from '@/ui/Form.module.css'
import { Panel } from '@/ui/Panel'
import css from './Form.module.css'
import { Fields } from './Fields'
import { domainsOf, noWords, useWordings, withText } from './form'
import { Versions } from './Versions'

interface Props {
  form: Form
  name: string
  onName: (v: string) => void
  draft: FormDesign
  onChange: (part: Partial<FormDesign>) => void
  onRestored: (f: Form) => void
  disabled: boolean
}

/** Editor is the draft of a form beside its page as visitors will see it. */
export function Editor({ form: f, name, onName, draft, onChange, onRestored, disabled }: Props) {
  const { t } = useTranslation(['form', 'errors'])
  const [lang, setLang] = useState<Lang>(useLang().lang)
  return (
    <div className={css.split}>
      <fieldset disabled={disabled} className={form.stack} style={{ border: 0, margin: 0, padding: 0 }}>
        <Panel>
          <TextInput label={t('edit.name')} description={t('new.name_hint')} value={name} maxLength={120} onChange={(e) => onName(e.currentTarget.value)} error={name.trim() === '' && t('errors:required')} />
        </Panel>
        <Panel title={t('edit.language')} hint={t('edit.language_hint')}>
          <SegmentedControl
            aria-label={t('edit.language')}
            data={Object.entries(langNames).map(([value, label]) => ({ value, label }))}
            value={lang}
            onChange={(v) => setLang(v as Lang)}
          />
        </Panel>
        <Fields fields={draft.fields} lang={lang} onChange={(fields) => onChange({ fields })} />
        <Boxes draft={draft} lang={lang} onChange={onChange} />
        <Texts draft={draft} lang={lang} onChange={onChange} />
        <Gives draft={draft} onChange={onChange} />
        <OptIn draft={draft} onChange={onChange} />
        <Look draft={draft} onChange={onChange} />
        <Sites draft={draft} onChange={onChange} />
        {f.published > 0 && <Versions form={f} onRestored={onRestored} disabled={disabled} />}
      </fieldset>
      <div className={css.preview}>
        <h2>{t('edit.preview')}</h2>
        <iframe
          key={`${f.version} ${lang}`}
          className={css.frame}
          title={t('edit.preview')}
          src={`/api/v1/forms/${f.id}/preview?lang=${lang}`}
          sandbox=""
        />
        <p className="subtle">{t('edit.preview_hint')}</p>
      </div>
    </div>
  )
}

interface PartProps {
  draft: FormDesign
  onChange: (part: Partial<FormDesign>) => void
}

function Boxes({ draft, lang, onChange }: PartProps & { lang: keyof Words }) {
  const { t } = useTranslation('form')
  const wordings = useWordings().data ?? []
  const free = wordings.filter((w) => !w.archived && !draft.boxes.some((b) => b.wording === w.id))
  const set = (i: number, part: Partial<FormDesign['boxes'][number]>) => onChange({ boxes: draft.boxes.map((b, n) => (n === i ? { ...b, ...part } : b)) })
  return (
    <Panel title={t('boxes.title')} hint={t('boxes.hint')}>
      <ul className={css.items}>
        {draft.boxes.map((b, i) => {
          const w = wordings.find((x) => x.id === b.wording)
          const others = w?.keys.some((k) => k.purpose === 'third_party')
          return (
            <li key={b.wording} className={css.item}>
              <div className={css.head}>
                <span>{w?.name ?? t('diff.gone')}</span>
                <Button variant="subtle" size="compact-sm" onClick={() => onChange({ boxes: draft.boxes.filter((_, n) => n !== i) })} aria-label={`${t('fields.remove')}: ${w?.name ?? ''}`}>
                  {t('fields.remove')}
                </Button>
              </div>
              {w && <p className="subtle">{inLang(w.text, lang)}</p>}
              {others ? (
                <p className="subtle">{t('boxes.others')}</p>
              ) : (
                <Checkbox label={t('boxes.required')} checked={b.required ?? false} onChange={(e) => set(i, { required: e.currentTarget.checked })} />
              )}
            </li>
          )
        })}
      </ul>
      {free.length > 0 && draft.boxes.length < 6 && (
        <Select
          label={t('boxes.add')}
          placeholder={t('boxes.choose')}
          data={free.map((w) => ({ value: w.id, label: w.name }))}
          value={null}
          onChange={(v) => v && onChange({ boxes: [...draft.boxes, { wording: v, required: false }] })}
        />
      )}
      <p className="subtle">
        {t('boxes.where')} <Link to={'/settings/consents' as '/settings'}>{t('boxes.to_settings')}</Link>
      </p>
    </Panel>
  )
}

const textNames: (keyof FormTexts)[] = ['title', 'intro', 'button', 'sent', 'thanks']
const longTexts = new Set<keyof FormTexts>(['intro', 'sent', 'thanks'])

function Texts({ draft, lang, onChange }: PartProps & { lang: keyof Words }) {
  const { t } = useTranslation('form')
  return (
    <Panel title={t('texts.title', { lang: langNames[lang] })} hint={t('texts.hint')}>
      <div className={form.stack}>
        {textNames.map((n) => {
          const props = {
            label: t(`text.${n}`),
            value: (draft.texts?.[n] ?? noWords)[lang] ?? '',
            maxLength: longTexts.has(n) ? 1000 : 120,
            placeholder: lang === 'ru' ? t(`text.${n}_default`) : (draft.texts?.[n]?.ru || t(`text.${n}_default`)),
            onChange: (e: { currentTarget: { value: string } }) => onChange({ texts: withText(draft.texts, n, lang, e.currentTarget.value) }),
          }
          return longTexts.has(n) ? <Textarea key={n} autosize minRows={2} {...props} /> : <TextInput key={n} {...props} />
        })}
      </div>
    </Panel>
  )
}

function Gives({ draft, onChange }: PartProps) {
  const { t } = useTranslation('form')
  const lists = useLists().data ?? []
  const tags = useTags().data ?? []
  return (
    <Panel title={t('gives.title')} hint={t('gives.hint')}>
      <div className={form.stack}>
        <MultiSelect label={t('edit.lists')} searchable data={lists.map((l) => ({ value: l.id, label: l.name }))} value={draft.lists ?? []} onChange={(v) => onChange({ lists: v })} />
        <MultiSelect label={t('edit.tags')} searchable data={tags.map((x) => ({ value: x.id, label: x.name }))} value={draft.tags ?? []} onChange={(v) => onChange({ tags: v })} />
      </div>
    </Panel>
  )
}

function OptIn({ draft, onChange }: PartProps) {
  const { t } = useTranslation('form')
  const phone = draft.fields.some((f) => f.sort === 'phone')
  return (
    <Panel title={t('optin.title')}>
      <div className={form.stack}>
        <Switch label={t('optin.switch')} description={t('optin.hint')} checked={draft.double_opt_in} onChange={(e) => onChange({ double_opt_in: e.currentTarget.checked })} />
        {!draft.double_opt_in && (
          <p className={form.note} data-tone="warning">
            {t('optin.off')}
          </p>
        )}
        {phone && <p className={form.note}>{t('optin.phone')}</p>}
      </div>
    </Panel>
  )
}

function Look({ draft, onChange }: PartProps) {
  const { t } = useTranslation('form')
  const own = (draft.colour ?? '') !== ''
  return (
    <Panel title={t('look.title')} hint={t('look.hint')}>
      <div className={form.stack}>
        <Switch label={t('look.logo')} checked={draft.logo ?? false} onChange={(e) => onChange({ logo: e.currentTarget.checked })} />
        <Switch label={t('look.own')} checked={own} onChange={(e) => onChange({ colour: e.currentTarget.checked ? '#08768b' : '' })} />
        {own && <TextInput type="color" w={96} label={t('look.colour')} value={draft.colour} onChange={(e) => onChange({ colour: e.currentTarget.value })} />}
      </div>
    </Panel>
  )
}

// One site in a line: what was typed stays as it was typed until the field is left.
function Sites({ draft, onChange }: PartProps) {
  const { t } = useTranslation('form')
  const [typed, setTyped] = useState<string | null>(null)
  const shown = typed ?? (draft.domains ?? []).join('\n')
  return (
    <Panel title={t('sites.title')} hint={t('sites.hint')}>
      <div className={form.stack}>
        <Textarea
          label={t('sites.label')}
          placeholder="shop.kz"
          autosize
          minRows={2}
          value={shown}
          onChange={(e) => setTyped(e.currentTarget.value)}
          onBlur={() => {
            if (typed !== null) onChange({ domains: domainsOf(typed) })
            setTyped(null)
          }}
        />
        <TextInput label={t('sites.redirect')} description={t('sites.redirect_hint')} placeholder="https://shop.kz/thanks" value={draft.redirect ?? ''} maxLength={1000} onChange={(e) => onChange({ redirect: e.currentTarget.value })} />
      </div>
    </Panel>
  )
}
