import type { Remedy } from '@/api'

/** withRemedy adds a remedy; one for the same trouble in the same column is replaced. */
export function withRemedy(list: Remedy[], r: Remedy): Remedy[] {
  return [...list.filter((x) => x.code !== r.code || x.column !== r.column), r]
}
