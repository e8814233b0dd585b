import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { listContacts } from '@/api'
import { useMe } from '@/app/session'
import { useFmt } from '@/lib/useFmt'
import { Loaded } from '@/ui/Loaded'
import { TilesSkeleton } from '@/ui/Skeletons'
import { StatTile, StatTiles } from '@/ui/StatTile'
import { useLastCampaigns } from './campaigns'

/** Tiles are the figures of the account. Each group loads and fails alone. */
export function Tiles() {
  const { permissions } = useMe()
  return (
    <>
      {permissions.includes('campaigns.view') && <CampaignTiles />}
      {permissions.includes('contacts.view') && !permissions.includes('campaigns.view') && <ContactTile />}
    </>
  )
}

function useContactTotal(enabled: boolean) {
  return useQuery({
    queryKey: ['contacts', 'total'],
    enabled,
    queryFn: async ({ signal }) => (await listContacts({ query: { limit: 1 }, signal })).total ?? null,
  })
}

function ContactTile() {
  const { t } = useTranslation('home')
  const fmt = useFmt()
  const query = useContactTotal(true)
  return (
    <Loaded query={query} skeleton={<TilesSkeleton tiles={1} />}>
      {(total) => (
        <StatTiles>
          <StatTile label={t('tiles.contacts')} value={total && fmt.total(total)} link={{ to: '/contacts' as '/' }} />
        </StatTiles>
      )}
    </Loaded>
  )
}

function CampaignTiles() {
  const { t } = useTranslation('home')
  const fmt = useFmt()
  const { permissions } = useMe()
  const campaigns = useLastCampaigns()
  const contacts = useContactTotal(permissions.includes('contacts.view'))
  return (
    <Loaded query={campaigns} skeleton={<TilesSkeleton tiles={4} />}>
      {(list) => {
        const last = list.find((c) => c.started_at)
        const counts = last?.counts
        const of = (n: number | undefined) => (counts && counts.total > 0 ? fmt.share(n ?? 0, counts.total) : null)
        const note = (n: number | undefined) =>
          counts ? t('tiles.of', { n: fmt.number(n ?? 0), total: fmt.number(counts.total) }) : t('tiles.no_campaign')
        const link = last && { to: `/campaigns/${last.id}` as '/' }
        return (
          <StatTiles caption={last && t('tiles.last', { name: last.name })}>
            {permissions.includes('contacts.view') && (
              <StatTile
                label={t('tiles.contacts')}
                value={contacts.data ? fmt.total(contacts.data) : null}
                note={t('tiles.contacts_note')}
                link={{ to: '/contacts' as '/' }}
              />
            )}
            <StatTile label={t('tiles.delivered')} value={of(counts?.delivered)} note={note(counts?.delivered)} link={link} />
            <StatTile label={t('tiles.opened')} value={of(counts?.opened)} note={note(counts?.opened)} link={link} />
            <StatTile label={t('tiles.unsubscribed')} value={of(counts?.unsubscribed)} note={note(counts?.unsubscribed)} link={link} />
          </StatTiles>
        )
      }}
    </Loaded>
  )
}
