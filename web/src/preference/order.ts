/** move puts an item of a list one place up (-1) or down (1). At the end of the list it stays. */
export function move<T>(list: readonly T[], at: number, by: -1 | 1): T[] {
  const to = at + by
  const out = [...list]
  if (to < 0 || to >= list.length) return out
  const [item] = out.splice(at, 1)
  out.splice(to, 0, item!)
  return out
}

/** inOrder lists everything there is: first what the order names, then the rest as it came. */
export function inOrder<T>(all: readonly T[], order: readonly string[], id: (item: T) => string): T[] {
  const named = order.flatMap((o) => all.filter((x) => id(x) === o))
  return [...named, ...all.filter((x) => !order.includes(id(x)))]
}
