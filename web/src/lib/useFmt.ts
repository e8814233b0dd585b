import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Fmt, type Lang } from './fmt'

let zone = 'Asia/Almaty'

/** setZone sets the account's time zone for everything that is formatted from now on. */
export function setZone(iana: string): void {
  if (iana) zone = iana
}

const made = new Map<string, Fmt>()

/** fmtFor gives the formatter of a language in the account's zone. */
export function fmtFor(lang: string): Fmt {
  const key = `${lang} ${zone}`
  const known = made.get(key)
  if (known) return known
  const f = new Fmt(lang as Lang, zone)
  made.set(key, f)
  return f
}

/** useFmt gives the formatter of the interface language and the account's zone. */
export function useFmt(): Fmt {
  const { i18n } = useTranslation()
  const lang = i18n.language
  return useMemo(() => fmtFor(lang), [lang])
}
