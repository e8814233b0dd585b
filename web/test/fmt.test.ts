import { describe, expect, it } from 'vitest'
import { Fmt, partsIn } from '@/lib/fmt'

// The table of formats: web-cabinet.md §13. Spaces inside are no-break.
const ru = new Fmt('ru', 'Asia/Almaty')
const kk = new Fmt('kk', 'Asia/Almaty')
const en = new Fmt('en', 'Asia/Almaty')
const at = '2026-11-21T15:05:00Z' // 20:05 in Almaty
const plain = (s: string) => s.replaceAll('\u00a0', ' ')

describe.each([
  ['date and time', (f: Fmt) => f.dateTime(at), '21 ноября 2026 г., 20:05', '2026 ж. 21 қараша, 20:05', '21 November 2026, 20:05'],
  ['short date', (f: Fmt) => f.shortDate(at), '21.11.2026', '21.11.2026', '21 Nov 2026'],
  ['axis', (f: Fmt) => f.axis(at), '21 нояб.', '21 қар', '21 Nov'],
  ['minutes ago', (f: Fmt) => f.relative('2026-11-21T15:02:00Z', at), '3 минуты назад', '3 минут бұрын', '3 minutes ago'],
  ['one hour ago', (f: Fmt) => f.relative('2026-11-21T14:05:00Z', at), '1 час назад', '1 сағат бұрын', '1 hour ago'],
  ['in five minutes', (f: Fmt) => f.relative('2026-11-21T15:10:00Z', at), 'через 5 минут', '5 минуттан кейін', 'in 5 minutes'],
  ['just now', (f: Fmt) => f.relative('2026-11-21T15:04:40Z', at), 'только что', 'жаңа ғана', 'just now'],
  ['yesterday', (f: Fmt) => f.relative('2026-11-20T15:05:00Z', at), 'вчера, 20:05', 'кеше, 20:05', 'yesterday, 20:05'],
  ['long ago', (f: Fmt) => f.relative('2026-11-01T15:05:00Z', at), '01.11.2026, 20:05', '01.11.2026, 20:05', '1 Nov 2026, 20:05'],
  ['number', (f: Fmt) => f.number(1234567.5), '1 234 567,5', '1 234 567,5', '1,234,567.5'],
  ['negative number', (f: Fmt) => f.number(-1200), '−1 200', '−1 200', '−1,200'],
  ['percent', (f: Fmt) => f.percent(0.424), '42,4 %', '42,4%', '42.4%'],
  ['share of nothing', (f: Fmt) => f.share(0, 0), '–', '–', '–'],
  ['money', (f: Fmt) => f.money(1250000), '12 500 ₸', '12 500 ₸', '₸12,500'],
  ['money with tiyn', (f: Fmt) => f.money(1250050, true), '12 500,50 ₸', '12 500,50 ₸', '₸12,500.50'],
  ['short number', (f: Fmt) => f.short(1234567), '1,2 млн', '1,2 млн', '1.2M'],
  ['short thousands', (f: Fmt) => f.short(48200), '48,2 тыс.', '48,2 мың', '48.2K'],
  ['phone', (f: Fmt) => f.phone('+77011234567'), '+7 701 123 45 67', '+7 701 123 45 67', '+7 701 123 45 67'],
  ['duration', (f: Fmt) => f.duration(125), '2 минуты', '2 минут', '2 minutes'],
  ['quotation', (f: Fmt) => f.quote('VIP'), '«VIP»', '«VIP»', '“VIP”'],
  ['bytes', (f: Fmt) => f.bytes(2_621_440), '2,5 МБ', '2,5 МБ', '2.5 MB'],
] as const)('%s', (_, make, inRu, inKk, inEn) => {
  it('is written as people of each language write it', () => {
    expect([plain(make(ru)), plain(make(kk)), plain(make(en))]).toEqual([inRu, inKk, inEn])
  })
})

it('keeps figures together with no-break spaces', () => {
  expect(ru.number(12345)).toBe('12\u00a0345')
  expect(ru.money(1250000)).toBe('12\u00a0500\u00a0₸')
})

it('knows that Kazakhstan has one zone, UTC+5', () => {
  expect(ru.offset('2026-11-21T00:00:00Z')).toBe('GMT+5')
})

it('gives the wall clock of midnight as 0, not 24', () => {
  expect(partsIn('2026-11-20T19:00:00Z', 'Asia/Almaty')).toMatchObject({ day: 21, hour: 0 })
})

it('falls back to Almaty for a zone that does not exist', () => {
  expect(partsIn(at, 'Mars/Olympus').hour).toBe(20)
})
