import { Skeleton } from '@mantine/core'
import css from './Skeletons.module.css'

const times = (n: number) => Array.from({ length: n }, (_, i) => i)

/** Rows of a table, with their final height. */
export function TableSkeleton({ rows = 8 }: { rows?: number }) {
  return (
    <div className={css.table}>
      {times(rows).map((i) => (
        <div key={i} className={css.row}>
          <Skeleton height={14} width={`${40 - (i % 3) * 6}%`} />
          <Skeleton height={14} width="18%" />
          <Skeleton height={14} width="12%" />
        </div>
      ))}
    </div>
  )
}

export function TilesSkeleton({ tiles = 4 }: { tiles?: number }) {
  return (
    <div className={css.tiles}>
      {times(tiles).map((i) => (
        <Skeleton key={i} height={96} radius="lg" />
      ))}
    </div>
  )
}

export function LinesSkeleton({ lines = 4 }: { lines?: number }) {
  return (
    <div className={css.lines}>
      {times(lines).map((i) => (
        <Skeleton key={i} height={14} width={`${90 - i * 12}%`} />
      ))}
    </div>
  )
}

/** Fields of a form. */
export function FormSkeleton({ fields = 4 }: { fields?: number }) {
  return (
    <div className={css.form}>
      {times(fields).map((i) => (
        <div key={i} className={css.lines}>
          <Skeleton height={14} width={140} />
          <Skeleton height={36} />
        </div>
      ))}
    </div>
  )
}
