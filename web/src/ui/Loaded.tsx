import type { UseQueryResult } from '@tanstack/react-query'
import { type ReactNode, useEffect, useState } from 'react'
import { ProblemAlert } from './ProblemAlert'
import { LinesSkeleton } from './Skeletons'
import css from './Loaded.module.css'

interface Props<T> {
  query: Pick<UseQueryResult<T>, 'data' | 'error' | 'isFetching' | 'isPlaceholderData' | 'refetch'>
  /** Drawn while the first data loads, after 150 ms; with the final geometry. */
  skeleton?: ReactNode
  children: (data: T) => ReactNode
}

/** Loaded draws a query: a skeleton, the error with a retry, or the data (dimmed while other data loads). */
export function Loaded<T>({ query, skeleton = <LinesSkeleton />, children }: Props<T>) {
  if (query.data === undefined && query.error) return <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />
  if (query.data === undefined) return <Late>{skeleton}</Late>
  return (
    <div className={css.loaded} data-old={query.isPlaceholderData || undefined}>
      {query.error && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      {children(query.data)}
    </div>
  )
}

/** Late shows its children after 150 ms: a quick answer never flashes a skeleton. */
export function Late({ children }: { children: ReactNode }) {
  const [due, set] = useState(false)
  useEffect(() => {
    const t = setTimeout(() => set(true), 150)
    return () => clearTimeout(t)
  }, [])
  return due ? <div aria-busy="true">{children}</div> : null
}
