import { Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { listContacts } from '@/api'
import { titleOf } from '@/contact/contact'

interface Props {
  value: string
  onChange: (id: string) => void
}

/** AsContact chooses a real person whose data the preview shows; nobody means sample values. */
export function AsContact({ value, onChange }: Props) {
  const { t } = useTranslation('builder')
  const [text, setText] = useState('')
  const [asked] = useDebouncedValue(text.trim(), 250)
  const [name, setName] = useState('')
  const found = useQuery({
    queryKey: ['letter-as', asked],
    queryFn: async ({ signal }) => (await listContacts({ query: { search: asked || undefined, limit: 20 }, signal })).items,
    staleTime: 30_000,
  })
  const data = (found.data ?? []).map((c) => ({ value: c.id, label: c.email && titleOf(c) !== c.email ? `${titleOf(c)} · ${c.email}` : titleOf(c) }))
  if (value && !data.some((d) => d.value === value)) data.unshift({ value, label: name })
  return (
    <Select
      aria-label={t('view.as')}
      placeholder={t('view.as')}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t('view.as_sample') }}
      data={data}
      filter={({ options }) => options}
      value={value || null}
      searchValue={text}
      onSearchChange={setText}
      nothingFoundMessage={t('view.as_none')}
      onChange={(v, option) => {
        setName(option?.label ?? '')
        onChange(v ?? '')
      }}
    />
  )
}
