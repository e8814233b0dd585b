import { Button } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Navigate, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { getCampaign, ifMatch, updateCampaign } from '@/api'
import { useCan } from '@/app/session'
import { campaignKey, campaignsKey, preflightKey } from '@/campaign/campaign'
import { TestSend } from '@/campaign/TestSend'
import { Loaded } from '@/ui/Loaded'
import { FormSkeleton } from '@/ui/Skeletons'
import { Design } from './Design'
import { docOf } from './doc'

const route = getRouteApi('/desk/campaigns/$id/design')

/** CampaignDesign edits the letter of a campaign that is still a draft. */
export function CampaignDesign() {
  const { t } = useTranslation(['builder', 'campaign'])
  const { id } = route.useParams()
  const client = useQueryClient()
  const may = useCan('campaigns.edit')
  const fetch = () => getCampaign({ path: { id } })
  const query = useQuery({ queryKey: [...campaignKey(id), 'design'], queryFn: fetch, staleTime: Infinity, gcTime: 0 })
  const campaign = query.data
  if (!campaign) {
    return (
      <Loaded query={query} skeleton={<FormSkeleton />}>
        {() => null}
      </Loaded>
    )
  }
  if (!campaign.can.edit || !docOf(campaign.letter)) return <Navigate to="/campaigns/$id/edit" params={{ id }} replace />
  return (
    <Design
      key={id}
      item={campaign}
      keep={`campaign:${id}`}
      title={campaign.name || t('campaign:builder.title')}
      back={{ to: `/campaigns/${id}/edit`, label: t('campaign:builder.title') }}
      purpose={campaign.purpose}
      canEdit={may}
      fetch={fetch}
      save={({ letter }, version) => updateCampaign({ path: { id }, headers: ifMatch(version), body: { letter } })}
      onSaved={(saved) => {
        client.setQueryData(campaignKey(id), saved)
        void client.invalidateQueries({ queryKey: preflightKey(id) })
        void client.invalidateQueries({ queryKey: campaignsKey })
      }}
      actions={(flush) => may && <Actions id={id} flush={flush} />}
    />
  )
}

function Actions({ id, flush }: { id: string; flush: () => Promise<boolean> }) {
  const { t } = useTranslation(['builder', 'campaign'])
  const navigate = useNavigate()
  const [testing, setTesting] = useState(false)
  const next = async () => {
    if (await flush()) await navigate({ to: '/campaigns/$id/edit', params: { id } })
  }
  return (
    <>
      <Button variant="default" onClick={() => setTesting(true)}>
        {t('campaign:test.action')}
      </Button>
      <Button onClick={() => void next()}>{t('design.next')}</Button>
      {testing && <TestSend id={id} before={flush} onClose={() => setTesting(false)} />}
    </>
  )
}
