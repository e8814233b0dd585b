import { Editor } from '@tiptap/core'
import { afterEach, describe, expect, it } from 'vitest'
import type { Inline, Rich, RichNode } from './doc'
import { compare } from './compare'
import type { Doc } from './doc'
import { fromTip, isEmpty, plain, toTip } from './rich'
import { safeLink } from './safeLink'
import { lacks, says } from './says'
import { contrast } from './style'
import { kit } from './tip'

let editor: Editor | undefined
afterEach(() => editor?.destroy())

/** Opens a text in the real editor, so that its schema judges the document. */
const open = (rich: Rich, oneLine = false) => (editor = new Editor({ extensions: kit({ oneLine, nameOf: (p) => p, bare: '' }), content: toTip(rich), injectCSS: false }))

const t = (text: string, marks = {}): Inline => ({ type: 'text', text, ...marks })
const p = (...content: Inline[]): RichNode => ({ type: 'paragraph', content })

const whole: Rich = [
  { type: 'paragraph', align: 'center', content: [t('Здравствуйте, '), { type: 'field', path: 'first_name', fallback: 'друг', b: true }, t(' и добро пожаловать')] },
  p(t('жирный', { b: true }), t('курсив', { i: true }), t('оба', { b: true, i: true }), t('подчёркнутый', { u: true }), t('зачёркнутый', { s: true })),
  p(t('ссылка', { link: 'https://example.kz/?a=1&b=2' }), { type: 'break' }, t('цвет', { color: 'primary' }), t('свой', { color: '#AA0000', b: true })),
  { type: 'list', items: [[t('раз')], [{ type: 'field', path: 'birthday', format: 'date long' }], []] },
  { type: 'list', ordered: true, items: [[t('первый'), { type: 'break' }, t('вторая строка')]] },
  p(),
]

describe('texts of a letter (MSG-1)', () => {
  it('come back from the editor as they went in, each mark, field, break and list', () => {
    expect(fromTip(open(whole).getJSON())).toEqual(whole)
    expect(fromTip(open([p(t('Заголовок '), { type: 'field', path: 'city' })], true).getJSON())).toEqual([p(t('Заголовок '), { type: 'field', path: 'city' })])
  })

  it('come back for any mixture of pieces', () => {
    let seed = 7
    const random = (n: number) => (seed = (seed * 16807) % 2147483647) % n
    const marks = () => ({ ...(random(2) && { b: true }), ...(random(3) === 0 && { i: true }), ...(random(3) === 0 && { color: 'link' }), ...(random(4) === 0 && { link: 'https://x.kz' }) })
    // Neighbouring texts differ by an underline: equal ones are one piece to the editor.
    const piece = (i: number): Inline => (random(4) === 0 ? { type: 'break' } : random(3) === 0 ? { type: 'field', path: `f${random(9)}`, ...marks() } : t(`w${random(99)}`, { ...marks(), ...(i % 2 && { u: true }) }))
    const line = () => Array.from({ length: random(6) }, (_, i) => piece(i))
    for (let n = 0; n < 200; n++) {
      const rich: Rich = Array.from({ length: 1 + random(4) }, () => (random(3) ? p(...line()) : { type: 'list', ...(random(2) && { ordered: true }), items: Array.from({ length: 1 + random(3) }, line) }))
      // Lists of one kind that follow each other stay two lists.
      const e = open(rich)
      expect(fromTip(e.getJSON())).toEqual(rich)
      e.destroy()
    }
  })

  it('keep the structure of a paste and drop its styles', () => {
    const e = open([])
    e.commands.setContent('<h1 style="color:red">Цены</h1><p style="font-size:40px"><b>Скидка</b> <span style="color:#f00">30 %</span> <a href="https://example.kz" style="x:y" onclick="bad()">тут</a><a href="javascript:alert(1)">там</a></p><ul><li>раз</li></ul><script>bad()</script>')
    expect(fromTip(e.getJSON())).toEqual([p(t('Цены')), p(t('Скидка', { b: true }), t(' 30 % '), t('тут', { link: 'https://example.kz' }), t('там')), { type: 'list', items: [[t('раз')]] }])
  })

  it('are named by their words in lists', () => {
    expect(plain([p(t('Привет, '), { type: 'field', path: 'first_name' }), { type: 'list', items: [[t('раз')]] }])).toBe('Привет, {first_name} раз')
    expect(isEmpty([p(), p(t('  '))])).toBe(true)
    expect(isEmpty(undefined)).toBe(true)
  })

  it('tell which language lacks what the main one says', () => {
    const block = { id: 'b', type: 'text' as const, text: { ru: [p(t('да'))], kk: [p()] } }
    expect(lacks(block, 'kk', 'ru')).toBe(true)
    expect(lacks(block, 'en', 'ru')).toBe(true)
    expect(lacks(block, 'ru', 'ru')).toBe(false)
    expect(says(block, 'kk', 'ru')).toBe('да')
  })
})

describe('addresses (MSG-1)', () => {
  it.each([
    ['example.kz', 'https://example.kz'],
    ['пример.рф/акция', 'https://пример.рф/акция'],
    ['http://a.kz', 'http://a.kz'],
    ['me@example.kz', 'mailto:me@example.kz'],
    ['+7 701 123 45 67', 'tel:+77011234567'],
    ['{{unsubscribe_url}}', '{{unsubscribe_url}}'],
    ['javascript:alert(1)', null],
    ['data:text/html,x', null],
    ['два слова', null],
    ['', null],
  ])('%s is %s', (typed, meant) => expect(safeLink(typed)).toBe(meant))
})

describe('two versions of a letter (MSG-1)', () => {
  const doc = (...rows: { id: string; cols: { blocks: object[] }[] }[]) => ({ v: 1, rows }) as unknown as Doc
  const row = (id: string, ...blocks: object[]) => ({ id, cols: [{ blocks }] })

  it('differ block by block', () => {
    const mine = doc(row('r1', { id: 'a', type: 'text', size: 1 }, { id: 'b', type: 'image' }), row('r2', { id: 'c', type: 'spacer' }))
    const theirs = doc(row('r1', { id: 'a', type: 'text', size: 2 }, { id: 'c', type: 'spacer' }), row('r2', { id: 'd', type: 'html' }))
    expect(compare(mine, theirs).map((d) => `${d.what} ${d.block.id}`)).toEqual(['changed a', 'moved c', 'added d', 'removed b'])
    expect(compare(mine, mine)).toEqual([])
  })

  it('know the contrast of two colours', () => {
    expect(contrast('#000000', '#FFFFFF')).toBeCloseTo(21)
    expect(contrast('#777777', '#FFFFFF')).toBeCloseTo(4.48, 2)
  })
})
