import { Textarea, TextInput } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { langNames } from '@/app/langNames'
import css from '@/ui/Form.module.css'

interface Props {
  // oxlint-disable-next-line no-explicit-any -- forms of different records share these fields
  form: UseFormReturnType<any>
  path: string
  label: string
  maxLength: number
  long?: boolean
}

/** Texts are the same words in three languages; only the Russian ones are required. */
export function Texts({ form, path, label, maxLength, long }: Props) {
  const { t } = useTranslation('status')
  const Field = long ? Textarea : TextInput
  return (
    <div className={css.form}>
      {(['ru', 'kk', 'en'] as const).map((l) => (
        <Field
          key={form.key(`${path}.${l}`)}
          label={t('in_language', { what: label, language: langNames[l] })}
          description={l === 'ru' ? undefined : t('optional')}
          required={l === 'ru'}
          lang={l}
          maxLength={maxLength}
          {...form.getInputProps(`${path}.${l}`)}
        />
      ))}
    </div>
  )
}
