import { describe, expect, it } from 'vitest'
import type { Doc } from './doc'
import { begin, change, maxSteps, redo, stillThere, undo } from './history'
import { equal, type Kept, opening } from './kept'

const doc = (n: number) => ({ v: 1, rows: [{ id: `r${n}`, cols: [] }] }) as unknown as Doc

describe('undo and redo (MSG-1)', () => {
  it('goes back a hundred steps and forth again', () => {
    let h = begin(doc(0))
    for (let n = 1; n <= maxSteps + 20; n++) h = change(h, doc(n), null, n)
    const end = h.doc
    let steps = 0
    while (h.past.length > 0) {
      h = undo(h)
      steps++
    }
    expect(steps).toBe(maxSteps)
    expect(h.doc).toEqual(doc(20))
    expect(undo(h)).toBe(h)
    while (h.future.length > 0) h = redo(h)
    expect(h.doc).toBe(end)
    expect(redo(h)).toBe(h)
  })

  it('takes typing in one place as one step until a second passes or something else changes', () => {
    let h = begin(doc(0))
    h = change(h, doc(1), 'text:b1', 1000)
    h = change(h, doc(2), 'text:b1', 1500)
    h = change(h, doc(3), 'text:b1', 2499)
    expect(h.past).toHaveLength(1)
    h = change(h, doc(4), 'text:b1', 3499)
    h = change(h, doc(5), 'text:b2', 3500)
    h = change(h, doc(6), null, 3501)
    h = change(h, doc(7), null, 3502)
    expect(h.past).toHaveLength(5)
    h = change(undo(h), doc(8), 'text:b2', 3503)
    expect(h.future).toEqual([])
    expect(h.past).toHaveLength(5)
  })

  it('makes no step of nothing, and forgets a choice that is gone', () => {
    const h = begin(doc(0))
    expect(change(h, h.doc, null, 1)).toBe(h)
    expect(stillThere(doc(1), 'r1')).toBe('r1')
    expect(stillThere(doc(1), 'r2')).toBeNull()
  })
})

describe('what the browser kept of an edit (MSG-1)', () => {
  const envelope = { subject: 's', preheader: '' }
  const server = (n: number, version: number, subject = 's') => ({ doc: doc(n), envelope: { subject, preheader: '' }, version })
  const kept = (over: Partial<Kept>): Kept => ({ history: { past: [doc(0)], doc: doc(1), future: [] }, envelope, version: 3, saved: true, at: 5, ...over })

  it('goes on with undo when the letter is the one that was saved', () => {
    expect(opening(kept({}), server(1, 3))).toEqual({ do: 'resume', history: kept({}).history })
    expect(opening(kept({}), server(2, 4))).toEqual({ do: 'begin' })
    expect(opening(null, server(1, 3))).toEqual({ do: 'begin' })
  })

  it('offers what the server never got, whoever saved meanwhile', () => {
    expect(opening(kept({ saved: false }), server(2, 3)).do).toBe('ask')
    expect(opening(kept({ saved: false }), server(2, 9)).do).toBe('ask')
    expect(opening(kept({ saved: false }), server(1, 4)).do).toBe('resume')
    expect(opening(kept({ saved: false }), server(1, 4, 'other')).do).toBe('ask')
  })

  it('compares by what documents say', () => {
    expect(equal({ a: 1, b: [1, { c: null }] }, { b: [1, {}], a: 1 })).toBe(true)
    expect(equal({ a: [1] }, { a: { 0: 1 } })).toBe(false)
    expect(equal({ a: 1 }, { a: 1, b: 2 })).toBe(false)
  })
})
