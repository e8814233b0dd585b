import { IconCheck, IconClock, IconFlame, IconGauge, IconPlayerPause, IconShieldX } from '@tabler/icons-react'
import type { ComponentType } from 'react'
import { useTranslation } from 'react-i18next'
import { useFmt } from '@/lib/useFmt'
import { StatusPill, type Tone } from '@/ui/StatusPill'
import { reason } from './path'
import css from './SendingPaths.module.css'

interface Props {
  of: { state: string; until: string | null; reason: string }
}

const looks: Record<string, { tone: Tone; icon: ComponentType<{ size?: number }> }> = {
  free: { tone: 'success', icon: IconCheck },
  paused: { tone: 'warning', icon: IconPlayerPause },
  rate: { tone: 'info', icon: IconGauge },
  warm_up: { tone: 'info', icon: IconFlame },
  suspended: { tone: 'warning', icon: IconClock },
  listed: { tone: 'danger', icon: IconShieldX },
}

/** Held says what holds a path or an address, until when, and why. */
export function Held({ of: { state, until, reason: why } }: Props) {
  const { t } = useTranslation('paths')
  const fmt = useFmt()
  const look = looks[state]
  const more = [until && t('until', { at: fmt.shortDateTime(until) }), why && reason(t, why)].filter(Boolean).join(' · ')
  return (
    <span className={css.two}>
      <span>
        <StatusPill tone={look?.tone} icon={look?.icon}>
          {t(`is.${state}`)}
        </StatusPill>
      </span>
      {more && (
        <span className={css.small} title={more}>
          {more}
        </span>
      )}
    </span>
  )
}
