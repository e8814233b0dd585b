import { useQuery } from '@tanstack/react-query'
import { listCampaigns, listContacts, listSenders } from '@/api'
import { useMe } from '@/app/session'

export interface FirstStep {
  name: 'sender' | 'contacts' | 'letter' | 'send'
  to: string
  done: boolean
}

/** useFirstSteps tells which of the four first steps are behind; none for a role that cannot take them. */
export function useFirstSteps() {
  const { permissions } = useMe()
  const may = ['senders.edit', 'contacts.edit', 'campaigns.send'].every((p) => permissions.includes(p))
  return useQuery({
    queryKey: ['first-steps', may],
    enabled: may,
    staleTime: 0, // whoever comes back from a step wants to see it done
    queryFn: async ({ signal }): Promise<FirstStep[]> => {
      const query = { limit: 1 }
      const [senders, contacts, campaigns] = await Promise.all([
        listSenders({ signal }),
        listContacts({ query, signal }),
        listCampaigns({ query: { limit: 20 }, signal }),
      ])
      const sent = campaigns.items.some((c) => c.state !== 'draft' && c.state !== 'cancelled')
      return [
        { name: 'sender', to: '/channels', done: senders.items.length > 0 },
        { name: 'contacts', to: '/imports/new', done: contacts.items.length > 0 },
        { name: 'letter', to: '/campaigns/new', done: campaigns.items.length > 0 },
        { name: 'send', to: '/campaigns', done: sent },
      ]
    },
  })
}
