import type { ComponentType, ReactNode } from 'react'
import css from './StatusPill.module.css'

export type Tone = 'neutral' | 'info' | 'success' | 'warning' | 'danger' | 'primary'

interface Props {
  tone?: Tone
  /** Words before colour: every state carries its icon and its text. */
  icon?: ComponentType<{ size?: number; 'aria-hidden'?: boolean }>
  children: ReactNode
  title?: string
}

/** StatusPill shows a state in words with an icon. */
export function StatusPill({ tone = 'neutral', icon: Icon, children, title }: Props) {
  return (
    <span className={css.pill} data-tone={tone} title={title}>
      {Icon && <Icon size={14} aria-hidden />}
      <span>{children}</span>
    </span>
  )
}
