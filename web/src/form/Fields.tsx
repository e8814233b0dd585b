import { Button, Checkbox, Menu, MultiSelect, Select, TextInput } from '@mantine/core'
import { IconArrowDown, IconArrowUp, IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { FormField, Words } from '@/api'
import { useFields } from '@/contact/contact'
import form from '@/ui/Form.module.css'
import { Panel } from '@/ui/Panel'
import css from './Form.module.css'
import { fieldKey, moved, noWords, useTopics } from './form'

interface Props {
  fields: FormField[]
  lang: keyof Words
  onChange: (f: FormField[]) => void
}

const plain: FormField['sort'][] = ['email', 'phone', 'first_name', 'last_name', 'lang']
const params = ['utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content'] as const

/** Fields are the questions of a form in their order. */
export function Fields({ fields, lang, onChange }: Props) {
  const { t } = useTranslation('form')
  const custom = useFields().data ?? []
  const topics = (useTopics().data ?? []).filter((x) => !x.archived)
  const has = (sort: FormField['sort']) => fields.some((f) => f.sort === sort)
  const free = custom.filter((c) => !fields.some((f) => f.key === c.key))
  const freeParams = params.filter((p) => !fields.some((f) => f.param === p))
  const add = (f: FormField) => onChange([...fields, f])
  const set = (i: number, part: Partial<FormField>) => onChange(fields.map((f, n) => (n === i ? { ...f, ...part } : f)))
  return (
    <Panel
      title={t('fields.title')}
      hint={t('fields.hint')}
      aside={
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />}>
              {t('fields.add')}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {plain.filter((s) => !has(s)).map((s) => (
              <Menu.Item key={s} onClick={() => add({ sort: s })}>
                {t(`field.${s}`)}
              </Menu.Item>
            ))}
            {!has('topics') && topics.length > 0 && <Menu.Item onClick={() => add({ sort: 'topics', topics: topics.map((x) => x.id) })}>{t('field.topics')}</Menu.Item>}
            {free.map((c) => (
              <Menu.Item key={c.key} onClick={() => add({ sort: 'custom', key: c.key })}>
                {c.label}
              </Menu.Item>
            ))}
            {free.length > 0 && <Menu.Item onClick={() => add({ sort: 'hidden', key: free[0]!.key, value: '' })}>{t('field.hidden')}</Menu.Item>}
            {free.length > 0 && freeParams.length > 0 && <Menu.Item onClick={() => add({ sort: 'utm', key: free[0]!.key, param: freeParams[0] })}>{t('field.utm')}</Menu.Item>}
          </Menu.Dropdown>
        </Menu>
      }
    >
      <ol className={css.items}>
        {fields.map((f, i) => (
          <li key={fieldKey(f)} className={css.item}>
            <One
              field={f}
              lang={lang}
              label={f.sort === 'custom' ? (custom.find((c) => c.key === f.key)?.label ?? f.key ?? '') : t(`field.${f.sort}`)}
              keys={custom.filter((c) => c.key === f.key || free.includes(c)).map((c) => ({ value: c.key, label: c.label }))}
              params={params.filter((p) => p === f.param || freeParams.includes(p))}
              topics={topics.map((x) => ({ value: x.id, label: x.name[lang] || x.name.ru }))}
              onlyAddress={(f.sort === 'email' && !has('phone')) || (f.sort === 'phone' && !has('email'))}
              onChange={(part) => set(i, part)}
              onUp={i > 0 ? () => onChange(moved(fields, i, i - 1)) : undefined}
              onDown={i < fields.length - 1 ? () => onChange(moved(fields, i, i + 1)) : undefined}
              onRemove={() => onChange(fields.filter((_, n) => n !== i))}
            />
          </li>
        ))}
      </ol>
    </Panel>
  )
}

interface OneProps {
  field: FormField
  lang: keyof Words
  label: string
  keys: { value: string; label: string }[]
  params: string[]
  topics: { value: string; label: string }[]
  onlyAddress: boolean
  onChange: (part: Partial<FormField>) => void
  onUp?: () => void
  onDown?: () => void
  onRemove: () => void
}

function One({ field: f, lang, label, keys, params: free, topics, onlyAddress, onChange, onUp, onDown, onRemove }: OneProps) {
  const { t } = useTranslation('form')
  const [open, setOpen] = useState(f.sort === 'hidden' || f.sort === 'utm')
  const shown = f.sort !== 'hidden' && f.sort !== 'utm'
  const words = (name: 'label' | 'hint', value: string) => onChange({ [name]: { ...noWords, ...f[name], [lang]: value } })
  const own = f.label?.[lang] || f.label?.ru || label
  return (
    <>
      <div className={css.head}>
        <span>{own}</span>
        {shown && (
          <Checkbox
            label={t('fields.required')}
            aria-label={`${t('fields.required')}: ${own}`}
            checked={(f.required ?? false) || onlyAddress}
            disabled={onlyAddress}
            onChange={(e) => onChange({ required: e.currentTarget.checked })}
          />
        )}
        <Button.Group>
          <Button variant="default" size="compact-sm" disabled={!onUp} onClick={onUp} aria-label={`${t('fields.up')}: ${own}`}>
            <IconArrowUp size={16} aria-hidden />
          </Button>
          <Button variant="default" size="compact-sm" disabled={!onDown} onClick={onDown} aria-label={`${t('fields.down')}: ${own}`}>
            <IconArrowDown size={16} aria-hidden />
          </Button>
        </Button.Group>
        <Button variant="subtle" size="compact-sm" onClick={() => setOpen(!open)} aria-expanded={open} aria-label={`${t('fields.words')}: ${own}`}>
          {t('fields.words')}
        </Button>
        <Button variant="subtle" size="compact-sm" onClick={onRemove} aria-label={`${t('fields.remove')}: ${own}`}>
          {t('fields.remove')}
        </Button>
      </div>
      {open && shown && (
        <div className={form.pair}>
          <TextInput label={t('fields.label')} placeholder={label} value={f.label?.[lang] ?? ''} maxLength={120} onChange={(e) => words('label', e.currentTarget.value)} />
          <TextInput label={t('fields.tip')} value={f.hint?.[lang] ?? ''} maxLength={120} onChange={(e) => words('hint', e.currentTarget.value)} />
        </div>
      )}
      {f.sort === 'topics' && (
        <>
          <MultiSelect label={t('fields.topics')} data={topics} value={f.topics ?? []} onChange={(v) => v.length > 0 && onChange({ topics: v })} />
          <p className="subtle">{t('fields.topics_hint')}</p>
        </>
      )}
      {open && !shown && (
        <div className={form.pair}>
          <Select label={t('fields.into')} allowDeselect={false} data={keys} value={f.key ?? null} onChange={(v) => v && onChange({ key: v })} />
          {f.sort === 'hidden' ? (
            <TextInput label={t('fields.value')} value={f.value ?? ''} maxLength={1000} onChange={(e) => onChange({ value: e.currentTarget.value })} />
          ) : (
            <Select label={t('fields.param')} allowDeselect={false} data={free} value={f.param ?? null} onChange={(v) => onChange({ param: (v ?? '') as FormField['param'] })} />
          )}
        </div>
      )}
    </>
  )
}
