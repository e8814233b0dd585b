import { useEffect, useRef } from 'react'

// Shortcuts are bound to physical keys (event.code), so that Ctrl K works with a Russian or Kazakh layout.

/** A shortcut: "mod+K", "?", "/", "G C" (one key after the other), "mod+Enter", "Escape". */
export type Keys = string

export interface Stroke {
  code: string
  mod: boolean
  shift: boolean
  alt: boolean
}

const named: Record<string, Partial<Stroke> & { code: string }> = {
  '?': { code: 'Slash', shift: true },
  '/': { code: 'Slash' },
}

/** parseKeys reads a shortcut into its strokes. */
export function parseKeys(keys: Keys): Stroke[] {
  return keys.split(' ').map(parseStroke)
}

function parseStroke(text: string): Stroke {
  const parts = text.split('+')
  const key = parts.at(-1) ?? ''
  const has = (m: string) => parts.slice(0, -1).includes(m)
  const base = { mod: has('mod'), shift: has('shift'), alt: has('alt') }
  const special = named[key]
  if (special) return { ...base, ...special }
  return { ...base, code: /^[A-Z]$/.test(key) ? `Key${key}` : key }
}

/** matches tells whether an event is this stroke. Ctrl and ⌘ are one: mod. */
export function matches(e: Pick<KeyboardEvent, 'code' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>, s: Stroke): boolean {
  return e.code === s.code && (e.ctrlKey || e.metaKey) === s.mod && e.shiftKey === s.shift && e.altKey === s.alt
}

/** typing tells whether the focus is in a field, where single letters belong to the text. */
export function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable) return true
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button', 'submit'].includes(target.type)
  return ['TEXTAREA', 'SELECT'].includes(target.tagName)
}

const pause = 1200 // ms between the two keys of a sequence

/** Matcher recognises shortcuts in a stream of key events; `now` is in milliseconds. */
export class Matcher {
  private first: { code: string; at: number } | null = null
  private readonly parsed: [Keys, Stroke[]][]

  constructor(all: Keys[]) {
    this.parsed = all.map((k) => [k, parseKeys(k)])
  }

  press(e: KeyboardEvent, now: number): Keys | null {
    const inField = typing(e.target)
    const first = this.first && now - this.first.at < pause ? this.first.code : null
    this.first = null
    for (const [keys, strokes] of this.parsed) {
      const last = strokes.at(-1)!
      const plain = !last.mod && last.code !== 'Escape'
      if (plain && inField) continue
      if (strokes.length === 1 && !first && matches(e, last)) return keys
      if (strokes.length === 2 && first === strokes[0]!.code && matches(e, last)) return keys
    }
    const starts = this.parsed.some(([, s]) => s.length === 2 && matches(e, s[0]!))
    if (starts && !inField) this.first = { code: e.code, at: now }
    return null
  }
}

const singlesKey = 'keruen.single-keys'

/** Single-letter shortcuts can be switched off in the profile (WCAG 2.1.4). */
export const singleKeys = {
  on: () => localStorage.getItem(singlesKey) !== 'off',
  set: (on: boolean) => localStorage.setItem(singlesKey, on ? 'on' : 'off'),
}

/** isSingle tells whether a shortcut is of single keys: a text to dictate may hold them. Those with Ctrl, Alt, Esc and Delete are not. */
export function isSingle(keys: Keys): boolean {
  return parseKeys(keys).every((s) => !s.mod && !s.alt && !['Escape', 'Delete'].includes(s.code))
}

/** useKeys binds shortcuts while the component is on screen; `acts` may leave one to the element that has the focus. */
export function useKeys(bindings: Record<Keys, () => void>, acts: (keys: Keys, at: Element) => boolean = () => true): void {
  const latest = useRef({ bindings, acts })
  latest.current = { bindings, acts }
  const names = Object.keys(bindings).join('\n')
  useEffect(() => {
    const m = new Matcher(names.split('\n'))
    const onKey = (e: KeyboardEvent) => {
      if (e.repeat || e.isComposing || e.defaultPrevented) return
      const hit = m.press(e, e.timeStamp)
      if (!hit || (isSingle(hit) && !singleKeys.on())) return
      if (!latest.current.acts(hit, e.target instanceof Element ? e.target : document.body)) return
      e.preventDefault()
      latest.current.bindings[hit]?.()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [names])
}

/** keyLabel shows a shortcut as printed on keys: ["Ctrl", "K"] or ["⌘", "K"]. */
export function keyLabel(keys: Keys): string[] {
  const mac = /Mac|iPhone|iPad/.test(navigator.platform)
  return keys.split(/[ +]/).map((k) => (k === 'mod' ? (mac ? '⌘' : 'Ctrl') : k === 'shift' ? 'Shift' : k === 'alt' ? 'Alt' : k))
}
