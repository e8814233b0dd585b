import type { Block, Lang, PerLang } from './doc'
import { isEmpty, plain } from './rich'

// Which texts a block has, and what it says in a language.

type Text = PerLang<unknown>

const isText = (v: unknown): v is Text => typeof v === 'object' && v !== null && !Array.isArray(v) && Object.keys(v).every((k) => k === 'ru' || k === 'kk' || k === 'en')

/** textsOf gives all texts of a block that are written per language. */
export function textsOf(block: Block): Text[] {
  const own = Object.entries(block)
    .filter(([k, v]) => k !== 'show' && isText(v))
    .map(([, v]) => v as Text)
  const items = 'items' in block ? block.items.flatMap((i) => ('text' in i ? [i.text as Text] : [])) : []
  return [...own, ...items]
}

const wordsOf = (v: unknown): string => (typeof v === 'string' ? v.trim() : Array.isArray(v) ? plain(v) : '')

/** says gives the first words of a block: in the language on the canvas, else in the letter's own. */
export function says(block: Block, lang: Lang, main: Lang): string {
  if (block.type === 'html') return ''
  for (const text of textsOf(block)) {
    const words = wordsOf(text[lang]) || wordsOf(text[main])
    if (words) return words.slice(0, 80)
  }
  return ''
}

/** lacks tells that a block says something in the letter's own language and nothing in another. */
export function lacks(block: Block, lang: Lang, main: Lang): boolean {
  const empty = (v: unknown) => (Array.isArray(v) ? isEmpty(v) : wordsOf(v) === '')
  return lang !== main && textsOf(block).some((t) => !empty(t[main]) && empty(t[lang]))
}
