import { Extension, Mark, mergeAttributes, Node } from '@tiptap/core'
import { Bold } from '@tiptap/extension-bold'
import { Document } from '@tiptap/extension-document'
import { Italic } from '@tiptap/extension-italic'
import { Link } from '@tiptap/extension-link'
import { BulletList, ListItem, ListKeymap, OrderedList } from '@tiptap/extension-list'
import { Paragraph } from '@tiptap/extension-paragraph'
import { Text } from '@tiptap/extension-text'
import { Underline } from '@tiptap/extension-underline'

// What a text of a letter may hold, as extensions of the editor: exactly the tree of the document. Pasting keeps this and drops the
// rest, so styles of other programs never come in.

const Strike = Mark.create({
  name: 'strike',
  parseHTML: () => [{ tag: 's' }, { tag: 'del' }],
  renderHTML: ({ HTMLAttributes }) => ['s', HTMLAttributes, 0],
})

// Colours are chosen from the palette; those that come with a paste are not read.
const Color = Mark.create({
  name: 'color',
  addAttributes: () => ({ color: { default: null, renderHTML: (a) => ({ style: `color: ${shown(a.color as string)}`, 'data-color': a.color as string }) } }),
  parseHTML: () => [{ tag: 'span[data-color]', getAttrs: (el) => ({ color: el.getAttribute('data-color') }) }],
  renderHTML: ({ HTMLAttributes }) => ['span', HTMLAttributes, 0],
})

// A colour of the theme is a variable of the canvas, so it follows when the theme changes.
const shown = (color: string) => (color.startsWith('#') ? color : `var(--letter-${color})`)

const Break = Node.create({
  name: 'hardBreak',
  inline: true,
  group: 'inline',
  selectable: false,
  parseHTML: () => [{ tag: 'br' }],
  renderHTML: () => ['br'],
  renderText: () => '\n',
  addKeyboardShortcuts() {
    return { 'Shift-Enter': () => this.editor.commands.insertContent({ type: 'hardBreak' }) }
  },
})

const Aligned = Paragraph.extend({
  addAttributes: () => ({
    align: {
      default: null,
      parseHTML: () => null,
      renderHTML: (a) => (a.align ? { style: `text-align: ${a.align as string}` } : {}),
    },
  }),
})

interface FieldOptions {
  /** Name of a field for people. */
  nameOf: (path: string) => string
  /** Says that nothing stands for an empty value. */
  bare: string
}

/** Field is a personal field as a chip: its name, and the words for an empty value. */
export const Field = Node.create<FieldOptions>({
  name: 'field',
  inline: true,
  group: 'inline',
  atom: true,
  selectable: true,
  addOptions: () => ({ nameOf: (p) => p, bare: '' }),
  addAttributes: () => ({ path: { default: '' }, fallback: { default: '' }, format: { default: '' } }),
  parseHTML: () => [{ tag: 'span[data-field]', getAttrs: (el) => ({ path: el.dataset.field, fallback: el.dataset.fallback ?? '', format: el.dataset.format ?? '' }) }],
  renderHTML({ node }) {
    const { path, fallback, format } = node.attrs as Record<'path' | 'fallback' | 'format', string>
    const attrs = { 'data-field': path, 'data-fallback': fallback, 'data-format': format, 'data-bare': fallback ? undefined : 'true', title: fallback || this.options.bare }
    return ['span', mergeAttributes(attrs), this.options.nameOf(path) + (fallback ? ` | ${fallback}` : '')]
  },
  renderText: ({ node }) => `{${(node.attrs as { path: string }).path}}`,
})

// One line: a heading or a button has no second paragraph and no lists.
const OneLine = Extension.create({
  name: 'oneLine',
  addKeyboardShortcuts: () => ({ Enter: () => true }),
})

export interface Kit extends FieldOptions {
  oneLine: boolean
}

/** kit gives the extensions for one text. */
export function kit({ oneLine, nameOf, bare }: Kit) {
  const base = [Text, Bold, Italic, Underline, Strike, Color, Break, Aligned, Field.configure({ nameOf, bare })]
  const link = Link.configure({ openOnClick: false, autolink: true, linkOnPaste: true, defaultProtocol: 'https', protocols: ['mailto', 'tel'], HTMLAttributes: { rel: null, target: null, class: null } })
  if (oneLine) return [Document.extend({ content: 'paragraph' }), OneLine, ...base]
  return [Document.extend({ content: '(paragraph | bulletList | orderedList)+' }), ...base, link, BulletList, OrderedList, ListItem.extend({ content: 'paragraph+' }), ListKeymap]
}
