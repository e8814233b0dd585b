// The words of the cabinet as a person reads them, taken from its own catalogue: a better wording does not break the journey,
// a key that is gone does.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const at = process.argv.indexOf('--lang')

/** lang is the language of the person in front of the browser: "ru", or what --lang says. */
export const lang = at < 0 ? 'ru' : process.argv[at + 1]

const catalogue = {}

/** say gives the text of "namespace:key" with its values filled in; `count` chooses the plural form. */
export function say(name, values = {}) {
  const [namespace, key] = name.split(':')
  catalogue[namespace] ??= JSON.parse(readFileSync(join(import.meta.dirname, '../../../web/src/i18n', lang, `${namespace}.json`), 'utf8'))
  const form = values.count === undefined ? key : `${key}_${new Intl.PluralRules(lang).select(values.count)}`
  const text = catalogue[namespace][form]
  if (text === undefined) throw new Error(`web/src/i18n/${lang}/${namespace}.json has no "${form}"`)
  return text.replace(/\{\{(\w+)\}\}/g, (_, v) => String(values[v] ?? ''))
}

/** counted is say for a number: it chooses the form and stands in the text. */
export const counted = (name, n) => say(name, { count: n, n })
