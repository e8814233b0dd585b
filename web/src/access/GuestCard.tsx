import type { ReactNode } from 'react'
import { useTitle } from '@/ui/Page'
import css from './GuestCard.module.css'

interface Props {
  title: string
  hint?: ReactNode
  /** Under the card: ways to other screens. */
  foot?: ReactNode
  wide?: boolean
  children: ReactNode
}

/** GuestCard is one screen for visitors: a heading, a form, ways out. */
export function GuestCard({ title, hint, foot, wide, children }: Props) {
  useTitle(title)
  return (
    <div className={css.place} data-wide={wide || undefined}>
      <div className={css.card}>
        <div>
          <h1>{title}</h1>
          {hint && <div className={css.hint}>{hint}</div>}
        </div>
        {children}
      </div>
      {foot && <div className={css.foot}>{foot}</div>}
    </div>
  )
}
