import { useQuery } from '@tanstack/react-query'
import { listTopics, listWordings, type Words } from '@/api'

/** Keys of what is kept in the cache about consent. */
export const topicsKey = ['topics']
export const wordingsKey = ['wordings']

/** useTopics gives what the account writes about, archived topics last. */
export function useTopics() {
  return useQuery({ queryKey: topicsKey, queryFn: async ({ signal }) => (await listTopics({ signal })).items, staleTime: 30_000 })
}

/** useWordings gives the wordings of the account, each in its latest version. */
export function useWordings() {
  return useQuery({ queryKey: wordingsKey, queryFn: async ({ signal }) => (await listWordings({ signal })).items, staleTime: 30_000 })
}

/** inLang chooses the text of a language, the Russian one where it is missing. */
export const inLang = (w: Words, lang: string): string => w[lang as keyof Words] || w.ru
