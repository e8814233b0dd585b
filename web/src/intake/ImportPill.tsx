import { IconArrowBackUp, IconCircleCheck, IconCircleX, IconLoader, IconPencil, IconPlayerPause, IconSearch } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Import } from '@/api'
import { StatusPill, type Tone } from '@/ui/StatusPill'

const look: Record<Import['state'], { tone: Tone; icon: typeof IconLoader }> = {
  draft: { tone: 'neutral', icon: IconPencil },
  checking: { tone: 'primary', icon: IconSearch },
  ready: { tone: 'info', icon: IconCircleCheck },
  running: { tone: 'primary', icon: IconLoader },
  paused: { tone: 'warning', icon: IconPlayerPause },
  done: { tone: 'success', icon: IconCircleCheck },
  cancelled: { tone: 'neutral', icon: IconCircleX },
  failed: { tone: 'danger', icon: IconCircleX },
  undoing: { tone: 'primary', icon: IconArrowBackUp },
  undone: { tone: 'neutral', icon: IconArrowBackUp },
}

/** ImportPill names the state of an import. */
export function ImportPill({ state }: { state: Import['state'] }) {
  const { t } = useTranslation('intake')
  return (
    <StatusPill tone={look[state].tone} icon={look[state].icon}>
      {t(`state.${state}`)}
    </StatusPill>
  )
}
