import { IconAlertTriangle, IconCircleCheck, IconCircleDashed, IconPlayerPause } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Sender } from '@/api'
import { StatusPill, type Tone } from '@/ui/StatusPill'

export const sendersKey = ['senders']
export const senderKey = (id: string) => ['sender', id]

const look: Record<Sender['state'], { tone: Tone; icon: typeof IconCircleCheck }> = {
  ready: { tone: 'success', icon: IconCircleCheck },
  records_missing: { tone: 'warning', icon: IconAlertTriangle },
  not_checked: { tone: 'neutral', icon: IconCircleDashed },
  paused: { tone: 'warning', icon: IconPlayerPause },
}

/** SenderPill names the state of a sender. */
export function SenderPill({ state }: { state: Sender['state'] }) {
  const { t } = useTranslation('channel')
  return (
    <StatusPill tone={look[state].tone} icon={look[state].icon}>
      {t(`state.${state}`)}
    </StatusPill>
  )
}
