import type { PathName, SendingPath } from '@/api'
import type { Fmt } from '@/lib/fmt'

/** Place is what can be paused: a path, or a whole address. */
export interface Place {
  title: string
  name: PathName
}

/** titleOf names a path for people: the provider, or the first of the mail hosts. */
export function titleOf(p: SendingPath): string {
  return p.name || p.site.split(',')[0] || '–'
}

export const keyOf = (p: SendingPath) => [p.source, p.node, p.provider, p.site].join(' ')

type T = (key: string, o?: Record<string, unknown>) => string

/** rate says letters by the second, or by the minute where they are fewer than one a second. */
export function rate(fmt: Fmt, t: T, perSecond: number): string {
  if (perSecond === 0) return t('rate.second', { n: fmt.number(0) })
  if (perSecond < 1) return t('rate.minute', { n: fmt.number(Math.max(Math.round(perSecond * 60), 1)) })
  return t('rate.second', { n: fmt.number(Math.round(perSecond * 10) / 10) })
}

/** reason puts the name of a built-in reaction into words; those of the operator's file and what operators wrote stay as they are. */
export function reason(t: T, name: string): string {
  return t(`reason.${name}`, { defaultValue: name, nsSeparator: false })
}
