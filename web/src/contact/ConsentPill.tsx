import { IconArrowBackUp, IconCircleCheck, IconCircleDashed, IconCircleX, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { StatusPill } from '@/ui/StatusPill'

const look = {
  granted: { tone: 'success', icon: IconCircleCheck },
  withdrawn: { tone: 'warning', icon: IconCircleX },
  none: { tone: 'neutral', icon: IconCircleDashed },
  paused: { tone: 'neutral', icon: IconPlayerPause },
  resumed: { tone: 'success', icon: IconPlayerPlay },
  undone: { tone: 'neutral', icon: IconArrowBackUp },
} as const

/** ConsentPill says in a word whether there is consent, or what became of it. */
export function ConsentPill({ state }: { state: keyof typeof look }) {
  const { t } = useTranslation('contact')
  return (
    <StatusPill tone={look[state].tone} icon={look[state].icon}>
      {t(`consent.${state}`)}
    </StatusPill>
  )
}
