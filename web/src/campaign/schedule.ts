import { type Instant, partsIn } from '@/lib/fmt'

const two = (n: number) => String(n).padStart(2, '0')

/** localNow writes an instant as the wall time of a zone, as a field of date and time and the API take it: 2026-12-01T10:00. */
export function localNow(at: Instant, zone: string): string {
  const p = partsIn(at, zone)
  return `${p.year}-${two(p.month)}-${two(p.day)}T${two(p.hour)}:${two(p.minute)}`
}
