// Numbers, dates and relative times in the three languages. Nothing here asks Intl to format in
// Kazakh: Chromium claims to support `kk` and carries no data for it (a date comes out as `2026 M11 21`).
// Numbers are grouped by hand, so that every engine gives the same text.

export type Lang = 'ru' | 'kk' | 'en'
export const langs: readonly Lang[] = ['ru', 'kk', 'en']

const nbsp = '\u00a0'

interface Words {
  months: string[]
  short: string[]
  days: string[]
  daysShort: string[]
  now: string
  yesterday: string
  tomorrow: string
  ago: (text: string) => string
  ahead: (text: string) => string
  minute: Record<string, string>
  hour: Record<string, string>
  second: Record<string, string>
  day: Record<string, string>
  thousand: string
  million: string
  billion: string
  bytes: [string, string, string, string]
}

const ru: Words = {
  months: ['января', 'февраля', 'марта', 'апреля', 'мая', 'июня', 'июля', 'августа', 'сентября', 'октября', 'ноября', 'декабря'],
  short: ['янв.', 'февр.', 'марта', 'апр.', 'мая', 'июня', 'июля', 'авг.', 'сент.', 'окт.', 'нояб.', 'дек.'],
  days: ['понедельник', 'вторник', 'среда', 'четверг', 'пятница', 'суббота', 'воскресенье'],
  daysShort: ['пн', 'вт', 'ср', 'чт', 'пт', 'сб', 'вс'],
  now: 'только что',
  yesterday: 'вчера',
  tomorrow: 'завтра',
  ago: (text) => `${text} назад`,
  ahead: (text) => `через ${text}`,
  second: { one: 'секунду', few: 'секунды', many: 'секунд', other: 'секунды' },
  minute: { one: 'минуту', few: 'минуты', many: 'минут', other: 'минуты' },
  hour: { one: 'час', few: 'часа', many: 'часов', other: 'часа' },
  day: { one: 'день', few: 'дня', many: 'дней', other: 'дня' },
  thousand: `${nbsp}тыс.`,
  million: `${nbsp}млн`,
  billion: `${nbsp}млрд`,
  bytes: ['Б', 'КБ', 'МБ', 'ГБ'],
}

const kk: Words = {
  months: ['қаңтар', 'ақпан', 'наурыз', 'сәуір', 'мамыр', 'маусым', 'шілде', 'тамыз', 'қыркүйек', 'қазан', 'қараша', 'желтоқсан'],
  short: ['қаң', 'ақп', 'нау', 'сәу', 'мам', 'мау', 'шіл', 'там', 'қыр', 'қаз', 'қар', 'жел'],
  days: ['дүйсенбі', 'сейсенбі', 'сәрсенбі', 'бейсенбі', 'жұма', 'сенбі', 'жексенбі'],
  daysShort: ['дс', 'сс', 'ср', 'бс', 'жм', 'сб', 'жс'],
  now: 'жаңа ғана',
  yesterday: 'кеше',
  tomorrow: 'ертең',
  ago: (text) => `${text} бұрын`,
  ahead: (text) => `${text} кейін`,
  second: { one: 'секунд', other: 'секунд' },
  minute: { one: 'минут', other: 'минут' },
  hour: { one: 'сағат', other: 'сағат' },
  day: { one: 'күн', other: 'күн' },
  thousand: `${nbsp}мың`,
  million: `${nbsp}млн`,
  billion: `${nbsp}млрд`,
  bytes: ['Б', 'КБ', 'МБ', 'ГБ'],
}

const en: Words = {
  months: ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'],
  short: ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'],
  days: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
  daysShort: ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'],
  now: 'just now',
  yesterday: 'yesterday',
  tomorrow: 'tomorrow',
  ago: (text) => `${text} ago`,
  ahead: (text) => `in ${text}`,
  second: { one: 'second', other: 'seconds' },
  minute: { one: 'minute', other: 'minutes' },
  hour: { one: 'hour', other: 'hours' },
  day: { one: 'day', other: 'days' },
  thousand: 'K',
  million: 'M',
  billion: 'B',
  bytes: ['B', 'KB', 'MB', 'GB'],
}

export const words: Record<Lang, Words> = { ru, kk, en }

// Ablative of the unit: "3 минуттан кейін". The suffix depends on the unit only, never on a variable.
const kkFrom: Record<string, string> = { second: 'секундтан', minute: 'минуттан', hour: 'сағаттан', day: 'күннен' }

export type Instant = Date | string | number

interface Parts {
  year: number
  month: number
  day: number
  hour: number
  minute: number
}

const zones = new Map<string, Intl.DateTimeFormat>()

/** partsIn gives the wall clock of an instant in an IANA zone; an unknown zone counts as Asia/Almaty. */
export function partsIn(at: Instant, zone: string): Parts {
  const of = new Map(zoneFormat(zone).formatToParts(new Date(at)).map((p) => [p.type, Number(p.value)]))
  const get = (k: Intl.DateTimeFormatPartTypes) => of.get(k) ?? 0
  return { year: get('year'), month: get('month'), day: get('day'), hour: get('hour') % 24, minute: get('minute') }
}

function zoneFormat(zone: string): Intl.DateTimeFormat {
  const known = zones.get(zone)
  if (known) return known
  const f = makeZone(zone)
  zones.set(zone, f)
  return f
}

function makeZone(timeZone: string): Intl.DateTimeFormat {
  const options: Intl.DateTimeFormatOptions = {
    timeZone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    hourCycle: 'h23',
  }
  try {
    return new Intl.DateTimeFormat('en-US', options)
  } catch {
    return new Intl.DateTimeFormat('en-US', { ...options, timeZone: 'Asia/Almaty' })
  }
}

const two = (n: number) => String(n).padStart(2, '0')

/** Fmt formats for one language and one time zone. */
export class Fmt {
  private readonly w: Words
  private readonly plural: Intl.PluralRules

  constructor(
    readonly lang: Lang,
    readonly zone: string,
  ) {
    this.w = words[lang]
    this.plural = new Intl.PluralRules(lang)
  }

  /** 1 234 567,5 — at most `digits` after the point, zeros at the end dropped. */
  number(value: number, digits = 1): string {
    const [whole, frac] = roundTo(Math.abs(value), digits)
    const group = this.lang === 'en' ? ',' : nbsp
    const text = whole.replace(/\B(?=(\d{3})+$)/g, group) + (frac ? this.point + frac : '')
    return value < 0 && text !== '0' ? `−${text}` : text
  }

  /** «Text» in Russian and Kazakh, “text” in English. */
  quote(text: string): string {
    return this.lang === 'en' ? `“${text}”` : `«${text}»`
  }

  /** 42,4 % of a share between 0 and 1. */
  /** How many there are; 10 000+ when counting stopped there. */
  total(t: { n: number; approx?: boolean }): string {
    return this.number(t.n) + (t.approx ? '+' : '')
  }

  percent(share: number, digits = 1): string {
    return this.number(share * 100, digits) + (this.lang === 'ru' ? `${nbsp}%` : '%')
  }

  /** Share of a whole as a percentage; an empty whole has no share: "–". */
  share(part: number, whole: number, digits = 1): string {
    return whole > 0 ? this.percent(part / whole, digits) : '–'
  }

  /** 1,2 млн — for tiles and axes. */
  short(value: number): string {
    const a = Math.abs(value)
    if (a < 10_000) return this.number(value)
    if (a < 999_500) return this.number(value / 1e3, a < 100_000 ? 1 : 0) + this.w.thousand
    if (a < 999_500_000) return this.number(value / 1e6) + this.w.million
    return this.number(value / 1e9) + this.w.billion
  }

  /** Money in tiyn as whole tenge: 12 500 ₸. */
  money(tiyn: number, withTiyn = false): string {
    const text = this.number(Math.abs(tiyn) / 100, withTiyn ? 2 : 0)
    const padded = withTiyn && tiyn % 100 !== 0 ? text.replace(/([.,]\d)$/, '$10') : text
    const signed = tiyn < 0 ? `−${padded}` : padded
    return this.lang === 'en' ? signed.replace(/^(−?)/, '$1₸') : `${signed}${nbsp}₸`
  }

  bytes(n: number): string {
    let i = 0
    for (; n >= 1000 && i < 3; i++) n /= 1024
    return `${this.number(n, n < 10 && i > 0 ? 1 : 0)}${nbsp}${this.w.bytes[i as 0 | 1 | 2 | 3]}`
  }

  /** 21 ноября 2026 г. */
  date(at: Instant): string {
    const p = partsIn(at, this.zone)
    const month = this.w.months[p.month - 1]
    if (this.lang === 'kk') return `${p.year}${nbsp}ж. ${p.day}${nbsp}${month}`
    return `${p.day}${nbsp}${month} ${p.year}${this.lang === 'ru' ? `${nbsp}г.` : ''}`
  }

  time(at: Instant): string {
    const p = partsIn(at, this.zone)
    return `${two(p.hour)}:${two(p.minute)}`
  }

  /** 21 ноября 2026 г., 20:05 */
  dateTime(at: Instant): string {
    return `${this.date(at)}, ${this.time(at)}`
  }

  /** 21.11.2026 — for tables. */
  shortDate(at: Instant): string {
    const p = partsIn(at, this.zone)
    if (this.lang === 'en') return `${p.day}${nbsp}${this.w.short[p.month - 1]}${nbsp}${p.year}`
    return `${two(p.day)}.${two(p.month)}.${p.year}`
  }

  shortDateTime(at: Instant): string {
    return `${this.shortDate(at)}, ${this.time(at)}`
  }

  /** 21 нояб. — for the axis of a chart. */
  axis(at: Instant): string {
    const p = partsIn(at, this.zone)
    return `${p.day}${nbsp}${this.w.short[p.month - 1]}`
  }

  /** 3 минуты назад, вчера в 20:05, then the date: relative under a day, absolute after. */
  relative(at: Instant, now: Instant = Date.now()): string {
    const ms = new Date(at).getTime() - new Date(now).getTime()
    const minutes = Math.floor(Math.abs(ms) / 60_000)
    if (minutes < 1) return this.w.now
    if (minutes < 60) return this.turned(ms, minutes, 'minute')
    const days = this.dayOf(at) - this.dayOf(now)
    if (days === 0 || minutes < 12 * 60) return this.turned(ms, Math.floor(minutes / 60), 'hour')
    if (days === -1) return `${this.w.yesterday}, ${this.time(at)}`
    if (days === 1) return `${this.w.tomorrow}, ${this.time(at)}`
    return this.shortDateTime(at)
  }

  /** 45 секунд, 12 минут, 3 часа — how long something takes. */
  duration(seconds: number): string {
    if (seconds < 60) return this.unit(Math.max(1, Math.round(seconds)), 'second')
    if (seconds < 3600) return this.unit(Math.round(seconds / 60), 'minute')
    if (seconds < 86_400 * 2) return this.unit(Math.round(seconds / 3600), 'hour')
    return this.unit(Math.round(seconds / 86_400), 'day')
  }

  /** +7 701 123 45 67; another country's number is left as it is. */
  phone(e164: string): string {
    const m = /^\+7(\d{3})(\d{3})(\d{2})(\d{2})$/.exec(e164)
    return m ? ['+7', ...m.slice(1)].join(nbsp) : e164
  }

  /** GMT+5 — stands next to every schedule. */
  offset(at: Instant = Date.now()): string {
    const p = partsIn(at, this.zone)
    const wall = Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute)
    // The wall clock has no seconds, so neither may the instant.
    const minutes = (wall - Math.floor(new Date(at).getTime() / 60_000) * 60_000) / 60_000
    const abs = Math.abs(minutes)
    const rest = abs % 60
    return `GMT${minutes < 0 ? '−' : '+'}${Math.floor(abs / 60)}${rest ? `:${two(rest)}` : ''}`
  }

  private get point() {
    return this.lang === 'en' ? '.' : ','
  }

  private unit(n: number, unit: 'second' | 'minute' | 'hour' | 'day'): string {
    return `${this.number(n)}${nbsp}${this.w[unit][this.plural.select(n)] ?? this.w[unit].other}`
  }

  private turned(ms: number, n: number, unit: 'minute' | 'hour' | 'day'): string {
    if (ms <= 0) return this.w.ago(this.unit(n, unit))
    if (this.lang === 'kk') return this.w.ahead(`${n}${nbsp}${kkFrom[unit]}`)
    return this.w.ahead(this.unit(n, unit))
  }

  private dayOf(at: Instant): number {
    const p = partsIn(at, this.zone)
    return Math.round(Date.UTC(p.year, p.month - 1, p.day) / 86_400_000)
  }
}

function roundTo(value: number, digits: number): [string, string] {
  // A decimal string avoids the tails of binary fractions (1.005).
  const text = (Math.round((value + Number.EPSILON) * 10 ** digits) / 10 ** digits).toFixed(digits)
  const [whole = '0', frac = ''] = text.split('.')
  return [whole, frac.replace(/0+$/, '')]
}
