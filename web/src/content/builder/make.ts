import { IconBrandYoutube, IconClick, IconClockHour4, IconCode, IconFileDescription, IconHeading, IconLayoutColumns, IconMenu2, IconMinus, IconPhoto, IconShare3, IconShoppingBag, IconSpacingVertical, IconTextSize, IconTicket } from '@tabler/icons-react'
import type { Block, Lang, Row } from './doc'
import { newId } from './edit'

// New parts of a letter. Their texts are empty: a hint on the canvas says what goes there, so that no sample word is ever sent.

/** What the palette offers: the types of blocks, and rows of columns. */
export const groups = [
  { name: 'words', makes: ['heading', 'text', 'button', 'html'] },
  { name: 'pictures', makes: ['image', 'video', 'product', 'countdown'] },
  { name: 'order', makes: ['columns', 'divider', 'spacer'] },
  { name: 'more', makes: ['social', 'menu', 'coupon', 'footer'] },
] as const

export type Make = (typeof groups)[number]['makes'][number]

export const icons = {
  heading: IconHeading,
  text: IconTextSize,
  image: IconPhoto,
  button: IconClick,
  columns: IconLayoutColumns,
  divider: IconMinus,
  spacer: IconSpacingVertical,
  social: IconShare3,
  menu: IconMenu2,
  product: IconShoppingBag,
  countdown: IconClockHour4,
  video: IconBrandYoutube,
  coupon: IconTicket,
  html: IconCode,
  footer: IconFileDescription,
}

const day = 24 * 60 * 60 * 1000 // ms

/** newBlock makes a block of a type, to be written in a language; deadlines are by the clock of the zone. */
export function newBlock(type: Exclude<Make, 'columns'>, lang: Lang, now: number, zone: string): Block {
  const id = newId('b')
  const empty = { [lang]: [] }
  const none = { [lang]: '' }
  switch (type) {
    case 'heading':
      return { id, type, level: 2, text: empty }
    case 'text':
    case 'footer':
      return { id, type, text: empty, ...(type === 'footer' && { align: 'center' as const }) }
    case 'image':
      return { id, type, src: '', alt: none }
    case 'button':
      return { id, type, text: empty, link: '', align: 'center' }
    case 'divider':
      return { id, type }
    case 'spacer':
      return { id, type, height: 24 }
    case 'social':
      return { id, type, items: [], align: 'center' }
    case 'menu':
      return { id, type, items: [], align: 'center' }
    case 'product':
      return { id, type, src: '', alt: none, title: none, text: none, price: '', button: none, link: '' }
    case 'countdown':
      return { id, type, until: new Date(now + 3 * day).toISOString(), zone, align: 'center' }
    case 'video':
      return { id, type, src: '', alt: none, link: '' }
    case 'coupon':
      return { id, type, code: '', text: empty }
    case 'html':
      return { id, type, html: none }
  }
}

/** newRow makes a row of columns of these widths, in twelfths. */
export const newRow = (spans: number[] = [12]): Row => ({ id: newId('r'), pad: [12, 32, 12, 32], cols: spans.map((span) => ({ span, blocks: [] })) })
