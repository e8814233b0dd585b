import { afterEach, describe, expect, it } from 'vitest'
import { actsHere } from './shortcuts'

const draw = (html: string) => {
  document.body.innerHTML = html
  return document.getElementById('at')!
}
const all = ['Delete', 'alt+ArrowUp', 'mod+D', 'mod+Z', 'Escape']
const acting = (html: string) => {
  const at = draw(html)
  return all.filter((k) => actsHere(k, at)).join(' ')
}

afterEach(() => {
  document.body.innerHTML = ''
})

describe('keys of the editor (MSG-1)', () => {
  it('act on the canvas, in the outline and on the empty page', () => {
    const everything = all.join(' ')
    expect(acting('<div data-canvas><div id="at" tabindex="0"></div></div>')).toBe(everything)
    expect(acting('<ol data-outline><button id="at" data-entry></button></ol>')).toBe(everything)
    expect(all.filter((k) => actsHere(k, document.body)).join(' ')).toBe(everything)
  })

  it('leave buttons, panels and fields alone', () => {
    expect(acting('<div data-canvas><button id="at"></button></div>')).toBe('mod+Z Escape')
    expect(acting('<aside><input id="at"></aside>')).toBe('mod+Z Escape')
    expect(acting('<div data-own-undo><input id="at"></div>')).toBe('Escape')
  })

  it('are silent over a dialogue and in what opens over the letter, but not in an outline that is a sheet', () => {
    expect(acting('<section aria-modal="true" role="dialog"></section><div data-canvas><div id="at"></div></div>')).toBe('')
    expect(acting('<div role="dialog"><input id="at"></div>')).toBe('')
    expect(acting('<section aria-modal="true" role="dialog"><ol data-outline><button id="at" data-entry></button></ol></section>')).toBe('Delete alt+ArrowUp mod+D mod+Z')
  })
})
