import type { ComponentType, ReactNode } from 'react'
import css from './EmptyState.module.css'

interface Props {
  icon?: ComponentType<{ size?: number; stroke?: number; 'aria-hidden'?: boolean }>
  title: string
  /** What the thing is for, with one benefit. */
  text?: ReactNode
  /** The one button that starts it. */
  action?: ReactNode
}

/** EmptyState says what a screen is for when there is nothing in it, and offers the first step. */
export function EmptyState({ icon: Icon, title, text, action }: Props) {
  return (
    <div className={css.empty}>
      {Icon && (
        <span className={css.icon}>
          <Icon size={28} stroke={1.6} aria-hidden />
        </span>
      )}
      <h2>{title}</h2>
      {text && <div className={css.text}>{text}</div>}
      {action && <div className={css.action}>{action}</div>}
    </div>
  )
}
