import { expect, it } from 'vitest'
import { localNow } from './schedule'

it('writes an instant as the wall time of the zone, whatever the zone of the browser is', () => {
  expect(localNow('2026-11-30T20:05:40Z', 'Asia/Almaty')).toBe('2026-12-01T01:05')
  expect(localNow('2026-11-30T20:05:40Z', 'America/New_York')).toBe('2026-11-30T15:05')
})
