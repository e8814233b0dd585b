import { IconCalendarTime, IconCircleCheck, IconCircleX, IconPencil, IconPlayerPause, IconSend } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { CampaignSummary } from '@/api'
import { StatusPill, type Tone } from './StatusPill'

type State = CampaignSummary['state']

const look: Record<State, { tone: Tone; icon: typeof IconSend }> = {
  draft: { tone: 'neutral', icon: IconPencil },
  scheduled: { tone: 'info', icon: IconCalendarTime },
  sending: { tone: 'primary', icon: IconSend },
  paused: { tone: 'warning', icon: IconPlayerPause },
  done: { tone: 'success', icon: IconCircleCheck },
  cancelled: { tone: 'neutral', icon: IconCircleX },
}

/** CampaignPill names the state of a campaign, everywhere with the same word. */
export function CampaignPill({ state }: { state: State }) {
  const { t } = useTranslation('ui')
  return (
    <StatusPill tone={look[state].tone} icon={look[state].icon}>
      {t(`campaign.${state}`)}
    </StatusPill>
  )
}
