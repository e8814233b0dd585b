import type { TFunction } from 'i18next'
import type { Condition } from '@/api'
import type { Fmt } from '@/lib/fmt'
import { isBare, isByDays, isSeveral } from './draft'
import type { Names } from './segment'

type Words = { t: TFunction<'segment'>; fmt: Fmt; names: Names }

/** subjectOf names what a condition looks at. */
export function subjectOf(c: Condition, { t, names }: Omit<Words, 'fmt'>): string {
  if (c.kind === 'field') return names.fields.find((f) => f.key === c.key)?.label ?? c.key ?? ''
  if (c.kind === 'attribute') return t(`attribute.${c.key}`)
  return t(`kind.${c.kind}`)
}

const named = (list: { value: string; label: string }[], ids: string[] | undefined, fmt: Fmt) => (ids ?? []).map((id) => fmt.quote(list.find((x) => x.value === id)?.label ?? id)).join(', ')

/** codeText names one of the few values of an attribute. */
export function codeText(key: string | undefined, value: string, t: TFunction<'segment'>): string {
  if (key === 'lang') return t(`lang.${value}`, { defaultValue: value })
  return key === 'phone_country' ? t(`phone_country.${value}`, { defaultValue: value }) : value
}

function valueText(v: Condition['value'], fmt: Fmt): string {
  if (typeof v === 'number') return fmt.number(v, 6)
  if (typeof v === 'string' && /^\d{4}-\d\d-\d\d$/.test(v)) return fmt.shortDate(`${v}T12:00:00`)
  return fmt.quote(String(v ?? ''))
}

/** leafWords says one condition in words: «Город – равно «Алматы»». */
export function leafWords(c: Condition, w: Words): string {
  const { t, fmt, names } = w
  switch (c.kind) {
    case 'attribute':
    case 'field':
      return `${subjectOf(c, w)} – ${t(`op.${c.op}`)}${operandWords(c, w)}`
    case 'tag':
    case 'list':
    case 'segment':
      return `${subjectOf(c, w)} – ${t(`op.${c.op}`)} ${named(names.options[c.kind], c.values, fmt)}`
    case 'import':
      return `${subjectOf(c, w)} – ${t(`op.${c.op}`)} ${(c.values ?? []).join(', ')}`
    case 'consent': {
      const topic = c.topic ? ` · ${named(names.options.topic, [c.topic], fmt)}` : ''
      return `${subjectOf(c, w)} (${t(`channel.${c.channel}`)} · ${t(`purpose.${c.purpose}`)}${topic}) – ${t(`state.${c.state}`)}`
    }
    case 'stop_list': {
      const reasons = (c.values ?? []).map((r) => t(`reason.${r}`)).join(', ')
      return `${t(`stop.${c.op}`)}${reasons && ` (${reasons})`}`
    }
    case 'inactivity':
      return t('words.inactivity', { count: c.days ?? 0, n: fmt.number(c.days ?? 0) })
    default:
      return activityWords(c, w)
  }
}

function activityWords(c: Condition, { t, fmt, names }: Words): string {
  const parts = [t(`act.${c.op}.${c.act}`)]
  if (c.link) parts.push(t(c.exact ? 'words.link_exact' : 'words.link', { link: c.link }))
  if (c.last) parts.push(t('words.last', { count: c.last, n: fmt.number(c.last) }))
  if (c.campaigns?.length) parts.push(t('words.campaigns', { names: named(names.options.campaign, c.campaigns, fmt) }))
  if ((c.times ?? 1) > 1) parts.push(t('words.times', { count: c.times, n: fmt.number(c.times!) }))
  if (c.days) parts.push(t('words.days', { count: c.days, n: fmt.number(c.days) }))
  return parts.join(', ')
}

function operandWords(c: Condition, { t, fmt }: Words): string {
  if (isBare(c.op)) return ''
  if (isSeveral(c.op)) return ` ${(c.values ?? []).map((v) => fmt.quote(codeText(c.key, v, t))).join(', ')}`
  if (c.op === 'between') return ` ${t('words.between', { from: valueText(c.from, fmt), to: valueText(c.to, fmt) })}`
  if (c.op === 'anniversary' && !c.days) return ` ${t('words.today')}`
  if (c.op === 'anniversary' || isByDays(c.op)) return ` ${t('words.n_days', { count: c.days ?? 0, n: fmt.number(c.days ?? 0) })}`
  return ` ${valueText(c.value, fmt)}`
}

/** sentence says a whole condition: «Контакты, у которых …». */
export function sentence(c: Condition, w: Words): string {
  return w.t('words.whole', { what: inside(c, w, true) })
}

function inside(c: Condition, w: Words, top = false): string {
  if (c.kind) return leafWords(c, w)
  if (c.not) return w.t('words.not', { what: inside(c.not, w, Boolean(c.not.kind)) })
  const list = c.all ?? c.any ?? []
  const text = list.map((x) => inside(x, w, list.length === 1)).join(` ${w.t(c.all ? 'join.all' : 'join.any')} `)
  return top || list.length === 1 ? text : `(${text})`
}
