import type { JSONContent } from '@tiptap/core'
import type { Align, Inline, Marks, Rich, RichNode } from './doc'

// Texts of a letter are a small tree, not HTML. The editor's own document maps one to one: nothing is lost on the way there and back.

type TipMark = NonNullable<JSONContent['marks']>[number]

const plainMarks = { b: 'bold', i: 'italic', u: 'underline', s: 'strike' } as const

/** toTip makes the document of the editor from a text. */
export function toTip(rich: Rich): JSONContent {
  return { type: 'doc', content: rich.length > 0 ? rich.map(blockToTip) : [{ type: 'paragraph' }] }
}

function blockToTip(n: RichNode): JSONContent {
  if (n.type === 'paragraph') return paragraph(n.content, n.align)
  const items = n.items.map((item) => ({ type: 'listItem', content: [paragraph(item)] }))
  return { type: n.ordered ? 'orderedList' : 'bulletList', content: items }
}

const paragraph = (content: Inline[], align?: Align): JSONContent => ({
  type: 'paragraph',
  attrs: { align: align ?? null },
  content: content.filter((i) => i.type !== 'text' || i.text !== '').map(inlineToTip),
})

function inlineToTip(i: Inline): JSONContent {
  if (i.type === 'break') return { type: 'hardBreak' }
  const marks = marksToTip(i)
  if (i.type === 'text') return { type: 'text', text: i.text, ...(marks.length > 0 && { marks }) }
  return { type: 'field', attrs: { path: i.path, fallback: i.fallback ?? '', format: i.format ?? '' }, ...(marks.length > 0 && { marks }) }
}

function marksToTip(m: Marks): TipMark[] {
  const out: TipMark[] = []
  for (const [key, type] of Object.entries(plainMarks)) if (m[key as keyof typeof plainMarks]) out.push({ type })
  if (m.color) out.push({ type: 'color', attrs: { color: m.color } })
  if (m.link) out.push({ type: 'link', attrs: { href: m.link } })
  return out
}

/** fromTip makes a text from the document of the editor. */
export function fromTip(doc: JSONContent): Rich {
  return (doc.content ?? []).flatMap(blockFromTip)
}

function blockFromTip(n: JSONContent): RichNode[] {
  switch (n.type) {
    case 'paragraph': {
      const align = n.attrs?.align as Align | null | undefined
      return [{ type: 'paragraph', ...(align && { align }), content: inlines(n) }]
    }
    case 'bulletList':
    case 'orderedList': {
      const items = (n.content ?? []).map((li) => joined((li.content ?? []).map(inlines)))
      return [{ type: 'list', ...(n.type === 'orderedList' && { ordered: true }), items }]
    }
    default:
      return []
  }
}

// Several paragraphs of one point become lines of it.
const joined = (parts: Inline[][]): Inline[] => parts.flatMap((p, i) => (i === 0 ? p : [{ type: 'break' as const }, ...p]))

const inlines = (n: JSONContent): Inline[] => (n.content ?? []).flatMap(inlineFromTip)

function inlineFromTip(n: JSONContent): Inline[] {
  if (n.type === 'hardBreak') return [{ type: 'break' }]
  const marks = marksFromTip(n.marks ?? [])
  if (n.type === 'text') return [{ type: 'text', text: n.text ?? '', ...marks }]
  if (n.type !== 'field') return []
  const { path, fallback, format } = n.attrs as { path: string; fallback: string; format: string }
  return [{ type: 'field', path, ...(fallback && { fallback }), ...(format && { format }), ...marks }]
}

function marksFromTip(marks: TipMark[]): Marks {
  const out: Marks = {}
  for (const m of marks) {
    const plain = Object.entries(plainMarks).find(([, type]) => type === m.type)?.[0] as keyof typeof plainMarks | undefined
    if (plain) out[plain] = true
    else if (m.type === 'color') out.color = String(m.attrs?.color)
    else if (m.type === 'link') out.link = String(m.attrs?.href)
  }
  return out
}

/** plain gives the words of a text, for names in lists; fields stand in braces. */
export function plain(rich: Rich | undefined): string {
  const words = (list: Inline[]) => list.map((i) => (i.type === 'text' ? i.text : i.type === 'break' ? ' ' : `{${i.path}}`)).join('')
  return (rich ?? [])
    .flatMap((n) => (n.type === 'paragraph' ? [words(n.content)] : n.items.map(words)))
    .join(' ')
    .trim()
}

/** isEmpty tells that a text has neither words nor fields. */
export const isEmpty = (rich: Rich | undefined): boolean => plain(rich) === ''
