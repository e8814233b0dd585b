import { useQuery } from '@tanstack/react-query'
import { type Contact, type Field, listFields, listLists, listTags } from '@/api'
import type { Fmt } from '@/lib/fmt'

/** Keys of what this feature keeps in the cache. */
export const contactsKey = ['contacts']
export const contactKey = (id: string) => ['contact', id]
export const listsKey = ['lists']
export const fieldsKey = ['fields']
export const tagsKey = ['tags']

/** fullName joins the names; empty when there are none. */
export const fullName = (c: { first_name: string; last_name: string }) => [c.first_name, c.last_name].filter(Boolean).join(' ')

/** titleOf names a contact by what there is: name, address, phone. */
export const titleOf = (c: Contact) => fullName(c) || c.email || c.phone || c.id

export type ConsentView = 'granted' | 'withdrawn' | 'none'

/** advertisingByEmail tells whether advertising letters are agreed to, the commonest question about a contact. */
export function advertisingByEmail(c: Contact): ConsentView {
  return c.consents?.find((s) => s.channel === 'email' && s.purpose === 'advertising')?.state ?? 'none'
}

/** useLists gives all lists of the account; they are few. */
export function useLists() {
  return useQuery({ queryKey: listsKey, queryFn: async ({ signal }) => (await listLists({ signal })).items, staleTime: 30_000 })
}

/** useTags gives all tags of the account; they are few. */
export function useTags() {
  return useQuery({ queryKey: tagsKey, queryFn: async ({ signal }) => (await listTags({ signal })).items, staleTime: 30_000 })
}

/** useFields gives the fields of contacts: built in, and those of the account. */
export function useFields() {
  return useQuery({ queryKey: fieldsKey, queryFn: async ({ signal }) => (await listFields({ signal })).items, staleTime: 60_000 })
}

/** fieldText shows a value of a custom field as one text; lists are joined by commas. */
export const fieldText = (v: Contact['fields'][string] | undefined): string => (v === undefined || v === null ? '' : Array.isArray(v) ? v.join(', ') : String(v))

/** shownValue is a value as people read it: numbers grouped, dates in the order of the language, yes and no in words. */
export function shownValue(f: Pick<Field, 'kind'>, v: Contact['fields'][string] | undefined, fmt: Fmt, t: (key: string) => string): string {
  if (typeof v === 'number') return fmt.number(v, 6)
  if (typeof v === 'boolean') return t(v ? 'value.yes' : 'value.no')
  if (f.kind === 'date' && typeof v === 'string') return fmt.shortDate(`${v}T12:00:00`)
  return fieldText(v)
}

/** builtinFields have their names in the texts; others carry their own label. */
export const builtinFields = ['email', 'phone', 'first_name', 'last_name', 'full_name', 'lang']
