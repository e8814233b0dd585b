import { QueryCache, QueryClient } from '@tanstack/react-query'
import { problemOf } from '@/lib/errors'

/** queryClient holds server state. Refusals (4xx) are final; a lost connection or a fault is tried twice more. */
export const queryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (e) => {
      if (problemOf(e).status === 401) document.dispatchEvent(new CustomEvent('keruen:signed-out'))
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (count, e) => {
        const status = problemOf(e).status
        return count < 2 && (status === 0 || status >= 500)
      },
      refetchOnWindowFocus: true,
    },
    mutations: { retry: false },
  },
})
