import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { builtinFields, useFields } from '@/contact/contact'
import css from './RichText.module.css'

// Addresses of our own pages about the letter, and what the account says of itself.
const ours = ['unsubscribe_url', 'preferences_url', 'why_url'] as const

/** useFieldNames names personal fields for people. */
export function useFieldNames() {
  const { t } = useTranslation(['content', 'contact'])
  const fields = useFields()
  const custom = fields.data?.filter((f) => !f.builtin) ?? []
  const nameOf = (path: string): string => {
    if (path === 'full_name') return t('insert.full_name')
    if (builtinFields.includes(path)) return t(`contact:field.${path}`)
    if (ours.some((o) => o === path)) return t(`insert.${path}`)
    const key = path.replace(/^field\./, '')
    return custom.find((f) => f.key === key)?.label ?? path
  }
  return { nameOf, paths: [...builtinFields, ...custom.map((f) => f.key)], ours: [...ours] as string[] }
}

/** FieldList chooses a personal field, with the words for contacts that lack it. */
export function FieldList({ onPick }: { onPick: (path: string, fallback: string) => void }) {
  const { t } = useTranslation('content')
  const { nameOf, paths, ours: pages } = useFieldNames()
  const [fallback, setFallback] = useState('')
  return (
    <div className={css.fields}>
      <TextInput
        data-autofocus
        label={t('insert.fallback')}
        description={t('insert.fallback_hint')}
        value={fallback}
        maxLength={120}
        onChange={(e) => setFallback(e.currentTarget.value)}
      />
      <div className={css.fieldList}>
        {[...paths, ...pages].map((p) => (
          <button key={p} type="button" onClick={() => onPick(p, pages.includes(p) ? '' : fallback.trim())}>
            {nameOf(p)}
          </button>
        ))}
      </div>
    </div>
  )
}
