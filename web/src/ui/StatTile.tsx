import { Link, type LinkProps } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import css from './StatTile.module.css'

interface Props {
  label: string
  /** Formatted figure; null when there is no data, which is never drawn as zero. */
  value: string | null
  /** A share, a comparison, a base. */
  note?: ReactNode
  tone?: 'neutral' | 'danger' | 'warning'
  /** Where the figure leads. */
  link?: LinkProps
}

/** StatTile is one figure with its name. Put several into StatTiles. */
export function StatTile({ label, value, note, tone = 'neutral', link }: Props) {
  const inside = (
    <>
      <span className={css.label}>{label}</span>
      <span className={css.value}>{value ?? '–'}</span>
      {note && <span className={css.note}>{note}</span>}
    </>
  )
  if (link) {
    return (
      <Link {...link} className={css.tile} data-tone={tone}>
        {inside}
      </Link>
    )
  }
  return (
    <div className={css.tile} data-tone={tone}>
      {inside}
    </div>
  )
}

interface TilesProps {
  /** What the figures are about, under them. */
  caption?: ReactNode
  children: ReactNode
}

export function StatTiles({ caption, children }: TilesProps) {
  return (
    <div>
      <div className={css.tiles}>{children}</div>
      {caption && <p className={css.caption}>{caption}</p>}
    </div>
  )
}
