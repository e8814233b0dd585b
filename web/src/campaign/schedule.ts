import { type Instant, partsIn } from '@/lib/fmt'

const two = (n: number) => String(n).padStart(2, '0')

/** localNow writes an instant as the wall time of a zone, as a field of date and time and the API take it: 2026-12-01T10:00. */
export function localNow(at: Instant, zone: string): string {
  const p = partsIn(at, zone)
  return `${p.year}-${two(p.month)}-${two(p.day)}T${two(p.hour)}:${two(p.minute)}`
}

/** instantOf reads the wall time of a zone, as a field gives it. An hour that a change of clocks skips is the one after it. */
export function instantOf(local: string, zone: string): Date {
  const wall = Date.parse(`${local}Z`)
  const ahead = (at: number) => Date.parse(`${localNow(at, zone)}Z`) - at
  const first = wall - ahead(wall)
  return new Date(wall - ahead(first))
}
