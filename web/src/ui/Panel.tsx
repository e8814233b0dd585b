import type { ReactNode } from 'react'
import css from './Panel.module.css'

interface Props {
  title?: ReactNode
  /** One line under the title. */
  hint?: ReactNode
  /** Buttons at the right of the title. */
  aside?: ReactNode
  /** Without padding: for tables and lists that reach the border. */
  flush?: boolean
  children?: ReactNode
}

/** Panel is a bordered surface with an optional title. */
export function Panel({ title, hint, aside, flush, children }: Props) {
  return (
    <section className={css.panel} data-flush={flush || undefined}>
      {(title || aside) && (
        <div className={css.head}>
          <div className={css.titles}>
            {title && <h2>{title}</h2>}
            {hint && <p className={css.hint}>{hint}</p>}
          </div>
          {aside && <div className={css.aside}>{aside}</div>}
        </div>
      )}
      {children && <div className={css.body}>{children}</div>}
    </section>
  )
}
