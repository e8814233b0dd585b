import { describe, expect, it } from 'vitest'
import { isSingle, Matcher, parseKeys } from '@/lib/hotkeys'
import { otherLayout } from '@/lib/layout'
import { rank } from '@/app/shell/paletteSearch'

const press = (m: Matcher, init: KeyboardEventInit, now = 0, target: HTMLElement = document.body) => {
  let hit: string | null = null
  const on = (e: KeyboardEvent) => {
    hit = m.press(e, now)
  }
  document.addEventListener('keydown', on)
  target.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, ...init }))
  document.removeEventListener('keydown', on)
  return hit
}

describe('shortcuts', () => {
  it('work with a Russian layout, because they are bound to physical keys', () => {
    expect(press(new Matcher(['mod+K']), { key: 'л', code: 'KeyK', ctrlKey: true })).toBe('mod+K')
  })

  it('know Ctrl and ⌘ as one', () => {
    expect(press(new Matcher(['mod+K']), { code: 'KeyK', metaKey: true })).toBe('mod+K')
  })

  it('take two keys one after the other, and forget the first after a pause', () => {
    const m = new Matcher(['G C', 'C R'])
    expect(press(m, { code: 'KeyG' }, 0)).toBeNull()
    expect(press(m, { code: 'KeyC' }, 500)).toBe('G C')
    press(m, { code: 'KeyG' }, 1000)
    expect(press(m, { code: 'KeyC' }, 4000)).toBeNull()
  })

  it('leave single letters to a field that has the focus, but not Ctrl K', () => {
    const input = document.body.appendChild(document.createElement('input'))
    const m = new Matcher(['J', 'mod+K'])
    expect(press(m, { code: 'KeyJ' }, 0, input)).toBeNull()
    expect(press(m, { code: 'KeyK', ctrlKey: true }, 0, input)).toBe('mod+K')
    input.remove()
  })

  it('are single keys, which a switch turns off, only without Ctrl and Alt', () => {
    expect(['J', '?', 'G C', 'mod+K', 'alt+ArrowUp', 'Delete', 'Escape'].filter(isSingle)).toEqual(['J', '?', 'G C'])
  })

  it('read ? as Shift and the slash key', () => {
    expect(parseKeys('?')).toEqual([{ code: 'Slash', shift: true, mod: false, alt: false }])
  })
})

describe('search of the palette', () => {
  const items = [{ names: ['Рассылки', 'Таратылымдар', 'Campaigns'] }, { names: ['Контакты', 'Контактілер', 'Contacts'] }]
  it.each(['рассыл', 'hfccskrf'.slice(0, 6), 'таратылым', 'campaign'])('finds campaigns by "%s"', (text) => {
    expect(rank(items, text, (x) => x.names)[0]).toBe(items[0])
  })

  it('reads a word typed in the other layout', () => {
    expect(otherLayout('hfccskrf')).toBe('рассылка')
    expect(otherLayout('сфьзфшпт')).toBe('campaign')
  })
})
