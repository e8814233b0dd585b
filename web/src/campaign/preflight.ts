import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { preflightCampaign } from '@/api'
import { preflightKey } from './campaign'

/** usePreflight asks the server what sending would do now; it is asked again after every save. */
export function usePreflight(id: string) {
  return useQuery({
    queryKey: preflightKey(id),
    queryFn: ({ signal }) => preflightCampaign({ path: { id }, signal }),
    placeholderData: keepPreviousData,
    staleTime: 5_000,
  })
}
