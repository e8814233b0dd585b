import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type Condition, countCondition, type Field, getSegment, listCampaigns, listSegmentRecipes, listSegments, listSegmentUses, listTopics, previewCondition } from '@/api'
import { useFields, useLists, useTags } from '@/contact/contact'
import { useLang } from '@/app/useLang'

export const segmentsKey = ['segments']
export const segmentKey = (id: string) => ['segment', id]

/** useSegments gives all segments of the account; they are few. */
export function useSegments() {
  return useQuery({ queryKey: segmentsKey, queryFn: async ({ signal }) => (await listSegments({ signal })).items, staleTime: 30_000 })
}

export function useSegment(id: string) {
  return useQuery({ queryKey: segmentKey(id), queryFn: ({ signal }) => getSegment({ path: { id }, signal }) })
}

export function useUses(id: string) {
  return useQuery({ queryKey: [...segmentKey(id), 'uses'], queryFn: async ({ signal }) => (await listSegmentUses({ path: { id }, signal })).items, enabled: id !== '' })
}

export function useRecipes() {
  return useQuery({ queryKey: ['segment-recipes'], queryFn: async ({ signal }) => (await listSegmentRecipes({ signal })).items, staleTime: Infinity })
}

/** useCount counts a condition; an answer that nobody waits for any more is called off. */
export function useCount(condition: Condition | null) {
  return useQuery({
    queryKey: ['segment-count', condition],
    queryFn: ({ signal }) => countCondition({ body: { condition: condition! }, signal }),
    enabled: condition !== null,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    retry: false,
  })
}

export type Purpose = 'advertising' | 'transactional' | 'third_party'

/** usePreview divides whom a condition finds by whether they may be written to, and shows some of them. */
export function usePreview(condition: Condition | null, purpose: Purpose, enabled: boolean) {
  return useQuery({
    queryKey: ['segment-preview', purpose, condition],
    queryFn: ({ signal }) => previewCondition({ body: { condition: condition!, channel: 'email', purpose }, signal }),
    enabled: enabled && condition !== null,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    retry: false,
  })
}

/** What conditions may name, for choices and for words. */
export interface Names {
  fields: Field[]
  options: Record<'tag' | 'list' | 'segment' | 'campaign' | 'topic', { value: string; label: string }[]>
  ready: boolean
}

/** useNames loads it; the lists are short or cut. */
export function useNames(): Names {
  const { lang } = useLang()
  const fields = useFields()
  const tags = useTags()
  const lists = useLists()
  const segments = useSegments()
  const campaigns = useQuery({
    queryKey: ['segment-campaigns'],
    queryFn: async ({ signal }) => (await listCampaigns({ query: { limit: 200 }, signal })).items,
    staleTime: 60_000,
  })
  const topics = useQuery({ queryKey: ['topics'], queryFn: async ({ signal }) => (await listTopics({ signal })).items, staleTime: 60_000 })
  const named = (list: { id: string; name: string }[] | undefined) => list?.map((x) => ({ value: x.id, label: x.name })) ?? []
  return {
    fields: fields.data?.filter((f) => !f.builtin) ?? [],
    options: {
      tag: named(tags.data),
      list: named(lists.data),
      segment: named(segments.data),
      campaign: named(campaigns.data),
      topic: topics.data?.map((x) => ({ value: x.id, label: x.name[lang] || x.name.ru || x.id })) ?? [],
    },
    ready: !fields.isPending && !tags.isPending && !lists.isPending && !segments.isPending,
  }
}
