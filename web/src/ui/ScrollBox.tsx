import type { ElementType, ReactNode } from 'react'

interface Props {
  /** Names the area for screen readers. */
  label: string
  className?: string
  as?: ElementType
  children: ReactNode
}

// A focusable element, so that the arrow keys scroll it (WCAG 2.1.1).
const focusable = { tabIndex: 0, role: 'region' }

/** ScrollBox is an area that scrolls, also by keyboard. */
export function ScrollBox({ label, className, as: Tag = 'div', children }: Props) {
  return (
    <Tag {...focusable} aria-label={label} className={className}>
      {children}
    </Tag>
  )
}
