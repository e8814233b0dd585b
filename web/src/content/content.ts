import { useQuery } from '@tanstack/react-query'
import { type Letter, listTemplates } from '@/api'

export const templatesKey = ['templates']
export const templateKey = (id: string) => ['template', id]

/** useTemplates gives the templates of the account and those that come with the product. */
export function useTemplates() {
  return useQuery({ queryKey: templatesKey, queryFn: async ({ signal }) => (await listTemplates({ signal })).items, staleTime: 30_000 })
}

export const emptyLetter: Letter = { subject: '', preheader: '', html: '', text: '' }

/** placeholder writes a personal field as letters name it; the words are used where the value is empty. */
export const placeholder = (key: string, fallback: string) => (fallback ? `{{${key}|${fallback}}}` : `{{${key}}}`)

/** offsetOf finds a place given by line and column (from 1) in a text. */
export function offsetOf(text: string, line: number, column: number): number {
  let at = 0
  for (let n = 1; n < line; n++) {
    const end = text.indexOf('\n', at)
    if (end < 0) return text.length
    at = end + 1
  }
  return Math.min(text.length, at + Math.max(0, column - 1))
}
