import type { Field, Import } from '@/api'

/** Countries that telephone numbers without a code may be of, with their codes; the server knows the same. */
export const countries = [
  { key: 'KZ', code: '7' },
  { key: 'RU', code: '7' },
  { key: 'KG', code: '996' },
  { key: 'UZ', code: '998' },
  { key: 'BY', code: '375' },
  { key: 'TJ', code: '992' },
  { key: 'TM', code: '993' },
  { key: 'GE', code: '995' },
  { key: 'AM', code: '374' },
  { key: 'AZ', code: '994' },
  { key: 'UA', code: '380' },
  { key: 'TR', code: '90' },
  { key: 'CN', code: '86' },
  { key: 'AE', code: '971' },
] as const

const ways = ['email', 'phone', 'external_id'] as const

/** identities are the ways in which contacts of a file can be recognised, the usual one first. */
export const identities = (file: Import) => ways.filter((w) => file.settings.mapping.some((m) => m.field === w))

/** asksDates tells that a column of dates is imported which can be read day first as well as month first. */
export function asksDates(file: Import, fields: Field[]): boolean {
  return file.settings.mapping.some((m) => {
    if (file.columns[m.column]?.dates !== 'any') return false
    const kind = m.new_field ? m.new_kind : fields.find((f) => f.key === m.field)?.kind
    return kind === 'date'
  })
}
