import { keepPreviousData, type QueryKey, useInfiniteQuery } from '@tanstack/react-query'
import type { Total } from './gen/types.gen'

interface PageOf<T> {
  items: T[]
  next: string | null
  total?: Total
}

interface Options<T> {
  /** Identity of the list with its filters: ['contacts', filters]. */
  key: QueryKey
  /** Asks one page; give the cursor and the signal to the generated function. */
  load: (page: { cursor: string | undefined; signal: AbortSignal }) => Promise<PageOf<T>>
  /** See usePolling: how often to ask again while the stream is down. */
  refetchInterval?: number | false
  enabled?: boolean
}

/** useList reads a list page by page: `rows` so far, whether there is more, and how to get it. */
export function useList<T>({ key, load, refetchInterval, enabled }: Options<T>) {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => load({ cursor: pageParam, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval,
    enabled,
  })
  const rows = query.data?.pages.flatMap((p) => p.items) ?? []
  return {
    query,
    rows,
    total: query.data?.pages[0]?.total,
    more: { has: query.hasNextPage, loading: query.isFetchingNextPage, failed: query.isFetchNextPageError, load: () => void query.fetchNextPage() },
  }
}
