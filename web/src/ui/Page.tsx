import { IconChevronLeft } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useEffect, useRef } from 'react'
import { product } from '@/app/session'
import css from './Page.module.css'

interface Props {
  /** The one h1 of the screen, and the title of the document. */
  title: string
  /** One line of state under the title. */
  state?: ReactNode
  /** The one primary button; on phones it stands in a bar at the bottom. */
  primary?: ReactNode
  /** Further buttons, left of the primary one. */
  actions?: ReactNode
  /** Link to the list that this page came from. */
  back?: { to: string; label: string }
  /** form: 640 px; wide: no limit. */
  width?: 'page' | 'form' | 'wide'
  children: ReactNode
}

/** Page is the frame of every screen: title, state, one primary action, content. */
export function Page({ title, state, primary, actions, back, width = 'page', children }: Props) {
  useTitle(title)
  return (
    <div className={css.page} data-width={width}>
      {back && (
        <Link to={back.to} className={css.back}>
          <IconChevronLeft size={16} aria-hidden />
          {back.label}
        </Link>
      )}
      <header className={css.head}>
        <div className={css.titles}>
          <Heading title={title} />
          {state && <div className={css.state}>{state}</div>}
        </div>
        {actions && <div className={css.actions}>{actions}</div>}
        {primary && <div className={css.primary}>{primary}</div>}
      </header>
      {children}
    </div>
  )
}

/** useTitle sets the document's title while the screen is shown. */
export function useTitle(title: string) {
  useEffect(() => {
    document.title = `${title} · ${product().product}`
  }, [title])
}

let first = true

// After a change of screen the focus goes to its heading, so that a screen reader says where we are. Not on
// the first screen, and not when something on the new screen has taken the focus (a field with autofocus).
function Heading({ title }: { title: string }) {
  const ref = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (!first && (document.activeElement === document.body || document.activeElement?.closest('nav, [role=menu]'))) {
      ref.current?.focus({ preventScroll: true })
    }
    first = false
  }, [])
  return (
    <h1 ref={ref} tabIndex={-1} className={css.h1}>
      {title}
    </h1>
  )
}
