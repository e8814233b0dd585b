import { expect, it } from 'vitest'
import { instantOf, localNow } from './schedule'

it('writes an instant as the wall time of the zone, whatever the zone of the browser is', () => {
  expect(localNow('2026-11-30T20:05:40Z', 'Asia/Almaty')).toBe('2026-12-01T01:05')
  expect(localNow('2026-11-30T20:05:40Z', 'America/New_York')).toBe('2026-11-30T15:05')
})

it('reads the wall time of the zone back, on the days when clocks change, too', () => {
  const zones = ['Asia/Almaty', 'America/New_York', 'Europe/Berlin', 'Pacific/Auckland', 'UTC']
  for (const zone of zones) {
    for (let at = Date.parse('2026-01-01T00:30Z'); at < Date.parse('2027-01-01'); at += 7 * 3_600_000) {
      const wall = localNow(at, zone)
      expect(localNow(instantOf(wall, zone), zone)).toBe(wall)
    }
  }
  expect(instantOf('2026-12-01T01:05', 'Asia/Almaty').toISOString()).toBe('2026-11-30T20:05:00.000Z')
  expect(instantOf('2026-11-30T15:05', 'America/New_York').toISOString()).toBe('2026-11-30T20:05:00.000Z')
})
