import { MultiSelect, Select, TagsInput, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Contact, Field } from '@/api'
import { fieldText } from './contact'

/** What a form holds of a custom field; the server reads a text of any kind as people write it. */
export type FieldInputValue = string | string[] | null

/** fieldStart is the value that a form begins with. */
export const fieldStart = (f: Field, v?: Contact['fields'][string]): FieldInputValue => (f.kind === 'list' ? (Array.isArray(v) ? v : []) : fieldText(v))

/** fieldStarts are the values of all custom fields. */
export const fieldStarts = (custom: Field[], of?: Contact['fields']) => Object.fromEntries(custom.map((f) => [f.key, fieldStart(f, of?.[f.key])]))

/** FieldInput asks for the value of a custom field in the way of its kind. props are those of the form's input. */
export function FieldInput({ field: f, props }: { field: Field; props: object }) {
  const { t } = useTranslation('contact')
  const clear = { 'aria-label': `${t('value.clear')}: ${f.label}` }
  const options = f.options ?? []
  switch (f.kind) {
    case 'date':
      return <TextInput type="date" min="1900-01-01" max="2100-12-31" label={f.label} {...props} />
    case 'number':
      return <TextInput inputMode="decimal" label={f.label} autoComplete="off" {...props} />
    case 'boolean': {
      const words = [
        { value: 'true', label: t('value.yes') },
        { value: 'false', label: t('value.no') },
      ]
      return <Select label={f.label} placeholder={t('value.none')} clearable clearButtonProps={clear} data={words} {...props} />
    }
    case 'choice':
      return <Select label={f.label} placeholder={t('value.none')} clearable clearButtonProps={clear} searchable={options.length > 8} data={options} {...props} />
    case 'list':
      return options.length > 0 ? (
        <MultiSelect label={f.label} clearable clearButtonProps={clear} data={options} {...props} />
      ) : (
        <TagsInput label={f.label} description={t('value.list_hint')} clearable clearButtonProps={clear} maxTags={50} {...props} />
      )
    default:
      return <TextInput label={f.label} autoComplete="off" maxLength={1000} {...props} />
  }
}
