import { IconCircleCheck, IconCircleX, IconClock, IconLoader } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Export } from '@/api'
import { useFmt } from '@/lib/useFmt'
import { StatusPill, type Tone } from '@/ui/StatusPill'

const look: Record<Export['state'], { tone: Tone; icon: typeof IconLoader }> = {
  running: { tone: 'primary', icon: IconLoader },
  ready: { tone: 'success', icon: IconCircleCheck },
  cancelled: { tone: 'neutral', icon: IconCircleX },
  failed: { tone: 'danger', icon: IconCircleX },
  expired: { tone: 'neutral', icon: IconClock },
}

/** ExportPill names the state of an export, and how far it is while it is written. */
export function ExportPill({ row }: { row: Export }) {
  const { t } = useTranslation('export')
  const fmt = useFmt()
  const share = row.state === 'running' && row.total > 0 ? ` ${fmt.percent(row.done / row.total, 0)}` : ''
  return (
    <StatusPill tone={look[row.state].tone} icon={look[row.state].icon}>
      {t(`state.${row.state}`)}
      {share}
    </StatusPill>
  )
}
