import { otherLayout } from '@/lib/layout'

/** rank keeps what matches the text in any of its names or in the other keyboard layout; beginnings of words first. */
export function rank<T>(items: T[], text: string, names: (item: T) => string[]): T[] {
  const typed = text.trim().toLowerCase()
  if (!typed) return items
  const asked = [typed, otherLayout(typed)]
  return items
    .map((item) => ({ item, score: Math.max(...asked.flatMap((q) => names(item).map((n) => scoreOf(n, q))), 0) }))
    .filter((x) => x.score > 0)
    .toSorted((a, b) => b.score - a.score)
    .map((x) => x.item)
}

function scoreOf(name: string, query: string): number {
  const n = name.toLowerCase()
  if (n.startsWith(query)) return 3
  if (n.split(/[\s,·-]+/).some((w) => w.startsWith(query))) return 2
  return n.includes(query) ? 1 : 0
}
