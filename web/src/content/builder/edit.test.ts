import { describe, expect, it } from 'vitest'
import type { Block, Doc, Row } from './doc'
import { duplicate, editBlock, editRow, fresh, insertBlock, insertRow, layouts, moveBlock, moveRow, moveToNewRow, newId, placeAfter, remove, setLangs, setLayout, setTheme, step } from './edit'
import { idsOf, walk } from './place'

const b = (id: string, type = 'text') => ({ id, type }) as Block
const row = (id: string, ...cols: Block[][]): Row => ({ id, cols: cols.map((blocks) => ({ span: 12 / cols.length, blocks })) }) as Row
const doc = (...rows: Row[]): Doc => ({ v: 1, meta: { langs: ['ru'], default_lang: 'ru' }, theme: { primary: '#111111' }, rows }) as unknown as Doc
/** As "r1[a b|c] r2[d]". */
const shape = (d: Doc) => d.rows.map((r) => `${r.id}[${r.cols.map((c) => c.blocks.map((x) => x.id).join(' ')).join('|')}]`).join(' ')

const start = () => doc(row('r1', [b('a'), b('b')], [b('c')]), row('r2', [b('d')]), row('r3', [b('f', 'footer')]))

describe('edits of a letter (MSG-1)', () => {
  it('puts a new block after the chosen one, into the chosen row, or to the end before the footer', () => {
    const d = start()
    expect(placeAfter(d, 'a')).toEqual({ row: 'r1', col: 0, index: 1 })
    expect(placeAfter(d, 'r2')).toBe(2)
    expect(placeAfter(setLayout(d, 'r2', [6, 6]), 'r2')).toEqual({ row: 'r2', col: 1, index: 0 })
    expect(placeAfter(d, 'f')).toBe(2)
    expect(placeAfter(d, null)).toBe(2)
    expect(placeAfter(doc(), null)).toBe(0)
    expect(shape(insertBlock(d, b('x'), { row: 'r1', col: 0, index: 1 }))).toBe('r1[a x b|c] r2[d] r3[f]')
    expect(shape(insertRow(d, row('r9', [b('x')]), 1))).toBe('r1[a b|c] r9[x] r2[d] r3[f]')
  })

  it('moves a block within a column, to another, and to a row of its own; a row left empty goes', () => {
    const d = start()
    expect(shape(moveBlock(d, 'a', { row: 'r1', col: 0, index: 2 }))).toBe('r1[b a|c] r2[d] r3[f]')
    expect(shape(moveBlock(d, 'd', { row: 'r1', col: 1, index: 0 }))).toBe('r1[a b|d c] r3[f]')
    expect(shape(moveBlock(d, 'c', { row: 'r2', col: 0, index: 1 }))).toBe('r1[a b|] r2[d c] r3[f]')
    expect(shape(moveToNewRow(d, 'a', 3, row('r9', [])))).toBe('r1[b|c] r2[d] r3[f] r9[a]')
    expect(shape(moveToNewRow(d, 'd', 0, row('r9', [])))).toBe('r2[d] r1[a b|c] r3[f]')
    expect(shape(moveRow(d, 'r1', 2))).toBe('r2[d] r1[a b|c] r3[f]')
  })

  it('leaves the very same document when nothing moves', () => {
    const d = start()
    expect(moveBlock(d, 'a', { row: 'r1', col: 0, index: 1 })).toBe(d)
    expect(moveBlock(d, 'nobody', { row: 'r1', col: 0, index: 1 })).toBe(d)
    expect(moveRow(d, 'r2', 2)).toBe(d)
    expect(step(d, 'a', -1)).toBe(d)
    expect(step(d, 'r3', 1)).toBe(d)
  })

  it('reaches every place of a letter by single steps, and comes back the same way', () => {
    const down = [start()]
    for (let next = step(down.at(-1)!, 'a', 1); next !== down.at(-1); next = step(next, 'a', 1)) down.push(next)
    expect(down.map(shape)).toEqual([
      'r1[a b|c] r2[d] r3[f]',
      'r1[b a|c] r2[d] r3[f]',
      'r1[b|a c] r2[d] r3[f]',
      'r1[b|c a] r2[d] r3[f]',
      'r1[b|c] r2[a d] r3[f]',
      'r1[b|c] r2[d a] r3[f]',
      'r1[b|c] r2[d] r3[a f]',
      'r1[b|c] r2[d] r3[f a]',
    ])
    let back = down.at(-1)!
    for (const was of down.toReversed().slice(1)) {
      back = step(back, 'a', -1)
      expect(shape(back)).toBe(shape(was))
    }
    expect(shape(step(start(), 'r1', 1))).toBe('r2[d] r1[a b|c] r3[f]')
  })

  it('gives copies new ids and leaves all others alone', () => {
    const d = start()
    const block = duplicate(d, 'a')
    expect(shape(block.doc)).toBe(`r1[a ${block.id} b|c] r2[d] r3[f]`)
    const whole = duplicate(d, 'r1')
    const ids = idsOf(whole.doc)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.filter((i) => idsOf(d).includes(i))).toEqual(idsOf(d))
    expect(whole.doc.rows[0]).toBe(d.rows[0])
    expect(fresh(d.rows[0]!).cols.map((c) => c.blocks.length)).toEqual([2, 1])
    expect(new Set(Array.from({ length: 1000 }, () => newId('b'))).size).toBe(1000)
  })

  it('loses no block when a row gets fewer columns', () => {
    for (const from of layouts) {
      for (const to of layouts) {
        const full = doc(row('r1', ...from.map((_, i) => [b(`b${i}`)])))
        const after = setLayout(full, 'r1', to)
        expect(walk(after).map((f) => f.block.id)).toEqual(walk(full).map((f) => f.block.id))
        expect(after.rows[0]!.cols.map((c) => c.span)).toEqual(to)
      }
    }
    for (const l of layouts) expect(l.reduce((a, n) => a + n)).toBe(12)
  })

  it('deletes, edits, and never lets an edit change what a block is', () => {
    const d = start()
    expect(shape(remove(d, 'd'))).toBe('r1[a b|c] r3[f]')
    expect(shape(remove(d, 'c'))).toBe('r1[a b|] r2[d] r3[f]')
    expect(shape(remove(d, 'r1'))).toBe('r2[d] r3[f]')
    const edited = walk(editBlock(d, 'a', { id: 'z', type: 'html', pad: [1, 2, 3, 4] } as Partial<Block>))[0]!.block
    expect(edited).toEqual({ id: 'a', type: 'text', pad: [1, 2, 3, 4] })
    expect(editRow(d, 'r2', { stack: 'keep' }).rows[1]).toEqual({ ...d.rows[1], stack: 'keep' })
    expect(setTheme(d, { primary: '#222222' }).theme.primary).toBe('#222222')
    expect(setLangs(d, ['kk'], 'ru').meta).toEqual({ langs: ['kk'], default_lang: 'kk' })
  })
})
