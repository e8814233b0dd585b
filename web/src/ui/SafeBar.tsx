import type { ReactNode } from 'react'
import css from './SafeBar.module.css'

/** SafeBar keeps the buttons of a long form or a selection on screen, above the phone's bottom bar. */
export function SafeBar({ children, note }: { children: ReactNode; note?: ReactNode }) {
  return (
    <div className={css.bar}>
      {note && (
        <div className={css.note} aria-live="polite">
          {note}
        </div>
      )}
      <div className={css.buttons}>{children}</div>
    </div>
  )
}
