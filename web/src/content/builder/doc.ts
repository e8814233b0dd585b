import type { Condition, Letter } from '@/api'

// The document of a letter (web-cabinet.md §9): rows, columns, blocks; texts per language; rich text as a small tree.

export type Lang = 'ru' | 'kk' | 'en'
export type PerLang<T> = Partial<Record<Lang, T>>

/** Top, right, bottom, left, in whole pixels. */
export type Pad = [number, number, number, number]
/** A name of the theme's colours, or #RRGGBB. */
export type Color = string
export type Align = 'left' | 'center' | 'right'

export interface Marks {
  b?: boolean
  i?: boolean
  u?: boolean
  s?: boolean
  color?: Color
  link?: string
}
export type Inline = ({ type: 'text'; text: string } & Marks) | { type: 'break' } | ({ type: 'field'; path: string; fallback?: string; format?: string } & Marks)
export type RichNode = { type: 'paragraph'; align?: Align; content: Inline[] } | { type: 'list'; ordered?: boolean; items: Inline[][] }
export type Rich = RichNode[]

export interface Show {
  device?: 'desktop' | 'phone'
  langs?: Lang[]
  when?: Condition
}

interface Base {
  id: string
  pad?: Pad
  show?: Show | null
}

export type Block = Base &
  (
    | { type: 'heading'; level: 1 | 2 | 3; text: PerLang<Rich>; align?: Align; color?: Color }
    | { type: 'text'; text: PerLang<Rich>; align?: Align; color?: Color; size?: number }
    | { type: 'image'; src: string; alt: PerLang<string>; width?: number; height?: number; link?: string; align?: Align; dark_src?: string }
    | { type: 'button'; text: PerLang<Rich>; link: string; bg?: Color; color?: Color; radius?: number; align?: Align; full?: boolean }
    | { type: 'divider'; color?: Color; thickness?: number }
    | { type: 'spacer'; height: number }
    | { type: 'social'; items: { network: string; link: string }[]; align?: Align }
    | { type: 'menu'; items: { text: PerLang<string>; link: string }[]; align?: Align }
    | { type: 'product'; src: string; alt: PerLang<string>; title: PerLang<string>; text: PerLang<string>; price: string; old_price?: string; button: PerLang<string>; link: string }
    | { type: 'countdown'; until: string; zone?: string; color?: Color; bg?: Color; link?: string; align?: Align }
    | { type: 'video'; src: string; alt: PerLang<string>; link: string }
    | { type: 'coupon'; code: string; text: PerLang<Rich> }
    | { type: 'html'; html: PerLang<string> }
    | { type: 'footer'; text: PerLang<Rich>; align?: Align }
  )

export interface Col {
  span: number
  valign?: 'top' | 'middle' | 'bottom'
  blocks: Block[]
}
export interface Row {
  id: string
  pad?: Pad
  bg?: Color | null
  stack?: 'normal' | 'reverse' | 'keep'
  show?: Show | null
  cols: Col[]
}
export interface Theme {
  width: number
  bg: Color
  surface: Color
  text: Color
  muted: Color
  link: Color
  link_dark: Color
  primary: Color
  on_primary: Color
  font: string
  size: number
  radius: number
  gap: number
}
export interface Doc {
  v: number
  /** Subject and preheader in the languages other than the letter's own, whose lines stand in the letter. */
  meta: { title?: string; subject?: PerLang<string>; preheader?: PerLang<string>; langs: Lang[]; default_lang: Lang }
  theme: Theme
  rows: Row[]
}

/** docOf gives the document of a block letter; null for letters of HTML or text. */
export const docOf = (letter: Letter): Doc | null => (letter.doc as unknown as Doc | undefined) ?? null

/** withDoc gives a letter with another document. */
export const withDoc = (letter: Letter, doc: Doc): Letter => ({ ...letter, doc: doc as unknown as Letter['doc'] })

/** zoneOf tells by whose clock a deadline is written; documents without a zone mean Almaty, as the renderer does. */
export const zoneOf = (block: { zone?: string }): string => block.zone ?? 'Asia/Almaty'
