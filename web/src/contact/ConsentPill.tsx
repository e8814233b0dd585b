import { IconCircleCheck, IconCircleDashed, IconCircleX } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { StatusPill } from '@/ui/StatusPill'
import type { ConsentView } from './contact'

const look = {
  granted: { tone: 'success', icon: IconCircleCheck },
  withdrawn: { tone: 'warning', icon: IconCircleX },
  none: { tone: 'neutral', icon: IconCircleDashed },
} as const

/** ConsentPill says in a word whether there is consent. */
export function ConsentPill({ state }: { state: ConsentView }) {
  const { t } = useTranslation('contact')
  return (
    <StatusPill tone={look[state].tone} icon={look[state].icon}>
      {t(`consent.${state}`)}
    </StatusPill>
  )
}
