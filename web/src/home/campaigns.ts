import { useQuery } from '@tanstack/react-query'
import { listCampaigns } from '@/api'
import { useLive, usePolling } from '@/lib/sse'

/** useLastCampaigns gives the latest campaigns, live while one of them is being sent. */
export function useLastCampaigns() {
  const refetchInterval = usePolling()
  const query = useQuery({
    queryKey: ['campaigns', 'last'],
    queryFn: async ({ signal }) => (await listCampaigns({ query: { limit: 5 }, signal })).items,
    refetchInterval,
  })
  useLive(['campaign'], () => void query.refetch({ cancelRefetch: false }))
  return query
}
