import { Checkbox, Radio } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useFields } from '@/contact/contact'
import form from '@/ui/Form.module.css'
import css from './Export.module.css'
import { columnGroups } from './export'

interface Props {
  /** Chosen columns; none = all. */
  value: string[]
  onChange: (columns: string[]) => void
}

/** ColumnChoice: all columns, or those that are ticked. */
export function ColumnChoice({ value, onChange }: Props) {
  const { t } = useTranslation('export')
  const fields = useFields()
  const [some, setSome] = useState(false)
  const custom = (fields.data ?? []).filter((f) => !f.builtin).map((f) => ({ key: `field.${f.key}`, label: f.label }))
  const named = (keys: readonly string[]) => keys.map((key) => ({ key, label: t(`column.${key}`) }))
  const groups = [
    { name: 'contact', columns: named(columnGroups.contact) },
    { name: 'fields', columns: custom },
    { name: 'consent', columns: named(columnGroups.consent) },
    { name: 'service', columns: named(columnGroups.service) },
  ]
  const all = groups.flatMap((g) => g.columns.map((c) => c.key))
  const choose = (which: string) => {
    setSome(which === 'some')
    onChange(which === 'some' ? all : [])
  }
  // The order of the file is that of the groups, whatever the order of the clicks.
  const toggle = (key: string, on: boolean) => onChange(all.filter((k) => (k === key ? on : value.includes(k))))
  return (
    <Radio.Group label={t('columns')} value={some ? 'some' : 'all'} onChange={choose}>
      <div className={form.stack}>
        <Radio value="all" label={t('columns.all')} />
        <Radio value="some" label={t('columns.some')} />
        {some && (
          <div className={css.columns}>
            {groups.map((g) => g.columns.length > 0 && (
              <fieldset key={g.name} className={css.group}>
                <legend>{t(`group.${g.name}`)}</legend>
                {g.columns.map((c) => (
                  <Checkbox key={c.key} label={c.label} checked={value.includes(c.key)} onChange={(e) => toggle(c.key, e.currentTarget.checked)} />
                ))}
              </fieldset>
            ))}
          </div>
        )}
      </div>
    </Radio.Group>
  )
}
