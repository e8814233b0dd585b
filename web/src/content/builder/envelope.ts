import type { Letter } from '@/api'
import { type Doc, docOf, type Lang, withDoc } from './doc'
import type { Envelope } from './kept'

// Subject and preheader. In the letter's own language they stand in the letter, where lists and campaigns change them too; the document
// has those of the other languages, because there a line of the document goes before that of the letter.

const parts = ['subject', 'preheader'] as const

type Part = (typeof parts)[number]

/** envelopeIn gives what stands in the list of letters in a language. */
export function envelopeIn(letter: Envelope, { meta }: Doc, lang: Lang): Envelope {
  const of = (part: Part) => (lang === meta.default_lang && letter[part].trim() !== '' ? letter[part] : (meta[part]?.[lang] ?? ''))
  return { subject: of('subject'), preheader: of('preheader') }
}

/** written tells what changes in the letter and in the document's meta when a line is written in a language. */
export function written({ meta }: Doc, lang: Lang, part: Part, words: string): { letter?: Partial<Envelope>; meta?: Partial<Doc['meta']> } {
  if (lang !== meta.default_lang) return { meta: { [part]: { ...meta[part], [lang]: words } } }
  return { letter: { [part]: words }, meta: meta[part]?.[lang] === undefined ? undefined : { [part]: without(meta[part], lang) } }
}

/** handedOver prepares a document for another language of its own: the lines of the old one stay in it, those of the new one leave it. */
export function handedOver(doc: Doc, main: Lang, letter: Envelope): Doc {
  const { meta } = doc
  if (main === meta.default_lang) return doc
  const own = envelopeIn(letter, doc, meta.default_lang)
  const next = (part: Part) => ({ ...without(meta[part], main), [meta.default_lang]: own[part] })
  return { ...doc, meta: { ...meta, subject: next('subject'), preheader: next('preheader') } }
}

/** carried gives the letter with another document: when its own language changed, by a choice or by undo, so do the letter's lines. */
export function carried(letter: Letter, doc: Doc): Letter {
  const before = docOf(letter)?.meta
  const main = doc.meta.default_lang
  const next = withDoc(letter, doc)
  if (!before || before.default_lang === main) return next
  for (const part of parts) next[part] = doc.meta[part]?.[main] ?? before[part]?.[main] ?? letter[part]
  return next
}

const without = (lines: Doc['meta'][Part], lang: Lang) => Object.fromEntries(Object.entries(lines ?? {}).filter(([l]) => l !== lang))
