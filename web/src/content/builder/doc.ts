// The document of a letter as the API has it (web-cabinet.md §9).
export type Lang = 'ru' | 'kk' | 'en'
export type PerLang<T> = Partial<Record<Lang, T>>
export interface Theme { width: number; bg: string; surface: string; text: string; muted: string; link: string; link_dark: string; primary: string; on_primary: string; font: string; size: number; radius: number; gap: number }
export interface Show { device?: 'all' | 'desktop' | 'phone'; langs?: Lang[]; when?: unknown }
export interface BlockBase { id: string; type: string; pad?: number[]; show?: Show | null }
export type Block = BlockBase & Record<string, unknown>
export interface Col { span: number; valign?: 'top' | 'middle' | 'bottom'; blocks: Block[] }
export interface Row { id: string; pad?: number[]; bg?: string | null; stack?: 'normal' | 'reverse' | 'keep'; show?: Show | null; cols: Col[] }
export interface Doc { v: number; meta: { title?: string; preheader?: string; langs: Lang[]; default_lang: Lang }; theme: Theme; rows: Row[] }
