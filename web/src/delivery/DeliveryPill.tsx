import { IconCircleCheck, IconCircleMinus, IconCircleX, IconClock, IconHelpCircle, IconHourglass, IconRefresh, IconSend } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Delivery } from '@/api'
import { StatusPill, type Tone } from '@/ui/StatusPill'

export type DeliveryState = Delivery['state']

const look: Record<DeliveryState, { tone: Tone; icon: typeof IconSend }> = {
  pending: { tone: 'neutral', icon: IconClock },
  in_flight: { tone: 'primary', icon: IconSend },
  delivered: { tone: 'success', icon: IconCircleCheck },
  retrying: { tone: 'warning', icon: IconRefresh },
  failed: { tone: 'danger', icon: IconCircleX },
  skipped: { tone: 'neutral', icon: IconCircleMinus },
  expired: { tone: 'danger', icon: IconHourglass },
  unknown: { tone: 'warning', icon: IconHelpCircle },
}

/** DeliveryPill names the state of one message, everywhere with the same word. */
export function DeliveryPill({ state }: { state: DeliveryState }) {
  const { t } = useTranslation('delivery')
  return (
    <StatusPill tone={look[state].tone} icon={look[state].icon}>
      {t(`state.${state}`)}
    </StatusPill>
  )
}
