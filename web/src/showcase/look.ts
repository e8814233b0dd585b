import { IconCheck, IconClock, IconMoodEmpty, IconX } from '@tabler/icons-react'
import type { ComponentType } from 'react'
import type { Showcase } from '@/api'
import type { Tone } from '@/ui/StatusPill'

/** looks are the pills of a permission. */
export const looks: Record<Showcase['state'], { tone: Tone; icon: ComponentType<{ size?: number }> }> = {
  none: { tone: 'neutral', icon: IconMoodEmpty },
  waiting: { tone: 'info', icon: IconClock },
  shown: { tone: 'success', icon: IconCheck },
  refused: { tone: 'danger', icon: IconX },
  ended: { tone: 'neutral', icon: IconClock },
}
