import { useState } from 'react'

/** useKept is useState that survives a reload of this tab; null removes what was kept. */
export function useKept<T>(key: string): [T | null, (value: T | null) => void] {
  const name = `keruen.${key}`
  const [value, set] = useState<T | null>(() => JSON.parse(sessionStorage.getItem(name) ?? 'null') as T | null)
  const keep = (next: T | null) => {
    if (next === null) sessionStorage.removeItem(name)
    else sessionStorage.setItem(name, JSON.stringify(next))
    set(next)
  }
  return [value, keep]
}
