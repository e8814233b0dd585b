/** moved gives the list with one item a place up (-1) or down (1). */
export function moved<T>(list: T[], at: number, by: -1 | 1): T[] {
  const to = at + by
  if (to < 0 || to >= list.length) return list
  const out = [...list]
  const [item] = out.splice(at, 1)
  out.splice(to, 0, item!)
  return out
}
