import type { Block, Col, Doc, Row, Theme } from './doc'
import { findBlock, findRow, insertAt, mapCol, mapRow, type Place } from './place'

// What can be done to the document of a letter. Everything here takes a document and gives a new one; parts that did not change are
// the same objects, so a hundred steps of undo cost little more than one document. Ids are stable for life: a copy gets new ones.

/** newId makes an id that no part of a letter had before: a click map of an old sending must not show a new block. */
export function newId(prefix: 'b' | 'r'): string {
  const bytes = crypto.getRandomValues(new Uint8Array(6))
  return prefix + Array.from(bytes, (n) => n.toString(36).padStart(2, '0')).join('')
}

/** insertBlock puts a block at a place of a row. */
export function insertBlock(doc: Doc, block: Block, at: Place): Doc {
  return mapRow(doc, at.row, (r) => mapCol(r, at.col, (c) => ({ ...c, blocks: insertAt(c.blocks, at.index, block) })))
}

/** insertRow puts a row before the row of that index. */
export const insertRow = (doc: Doc, row: Row, index: number): Doc => ({ ...doc, rows: insertAt(doc.rows, index, row) })

/**
 * placeAfter tells where a new block goes: after the chosen block, into the first column of the chosen row, else to the end of the
 * letter, but before a footer, which is the end of every letter. A number is the index of a new row.
 */
export function placeAfter(doc: Doc, chosen: string | null): Place | number {
  const found = chosen ? findBlock(doc, chosen) : undefined
  if (found && found.block.type !== 'footer') return { row: found.row.id, col: found.col, index: found.index + 1 }
  if (found) return footerRow(found.row) ? found.rowIndex : { row: found.row.id, col: found.col, index: found.index }
  const row = chosen ? findRow(doc, chosen) : undefined
  if (row) {
    const empty = row.cols.findIndex((c) => c.blocks.length === 0)
    return empty < 0 ? doc.rows.indexOf(row) + 1 : { row: row.id, col: empty, index: 0 }
  }
  const last = doc.rows.at(-1)
  return last && footerRow(last) ? doc.rows.length - 1 : doc.rows.length
}

const footerRow = (row: Row) => row.cols.length === 1 && row.cols[0]!.blocks[0]?.type === 'footer'

/** moveBlock takes a block to another place. An index counts as the column was before the block left it. */
export function moveBlock(doc: Doc, id: string, to: Place): Doc {
  const from = findBlock(doc, id)
  if (!from || !findRow(doc, to.row)) return doc
  const same = from.row.id === to.row && from.col === to.col
  if (same && (to.index === from.index || to.index === from.index + 1)) return doc
  const index = same && to.index > from.index ? to.index - 1 : to.index
  const without = takeOut(doc, id)
  return dropHollow(insertBlock(without, from.block, { ...to, index }), from.row.id)
}

/** moveToNewRow takes a block out of its row into one of its own before the row of that index. */
export function moveToNewRow(doc: Doc, id: string, index: number, row: Row): Doc {
  const from = findBlock(doc, id)
  if (!from) return doc
  const alone = from.row.cols.length === 1 && from.row.cols[0]!.blocks.length === 1
  if (alone) return moveRow(doc, from.row.id, index)
  const holding = { ...row, cols: row.cols.map((c, i) => (i === 0 ? { ...c, blocks: [from.block] } : c)) }
  return dropHollow(insertRow(takeOut(doc, id), holding, index), from.row.id)
}

/** moveRow takes a row before the row of that index, counted as the letter was before. */
export function moveRow(doc: Doc, id: string, index: number): Doc {
  const from = doc.rows.findIndex((r) => r.id === id)
  if (from < 0 || index === from || index === from + 1) return doc
  const rest = doc.rows.filter((r) => r.id !== id)
  return { ...doc, rows: insertAt(rest, index > from ? index - 1 : index, doc.rows[from]!) }
}

const takeOut = (doc: Doc, id: string): Doc => {
  const from = findBlock(doc, id)
  if (!from) return doc
  return mapRow(doc, from.row.id, (r) => mapCol(r, from.col, (c) => ({ ...c, blocks: c.blocks.filter((b) => b.id !== id) })))
}

// A row of one column that lost its last block is gone; an empty column of several stays to be filled.
const dropHollow = (doc: Doc, rowId: string): Doc => {
  const row = findRow(doc, rowId)
  if (!row || row.cols.some((c) => c.blocks.length > 0) || row.cols.length > 1) return doc
  return { ...doc, rows: doc.rows.filter((r) => r !== row) }
}

/**
 * step moves a block or a row one place up (−1) or down (1): a block through its column, then into the neighbouring column, then into
 * the neighbouring row; so single presses reach every place that dragging does.
 */
export function step(doc: Doc, id: string, by: -1 | 1): Doc {
  const rowIndex = doc.rows.findIndex((r) => r.id === id)
  if (rowIndex >= 0) {
    const to = rowIndex + by
    return to < 0 || to >= doc.rows.length ? doc : moveRow(doc, id, by > 0 ? to + 1 : to)
  }
  const from = findBlock(doc, id)
  if (!from) return doc
  const blocks = from.row.cols[from.col]!.blocks
  const next = from.index + by
  if (next >= 0 && next < blocks.length) return moveBlock(doc, id, { row: from.row.id, col: from.col, index: by > 0 ? next + 1 : next })
  const place = by > 0 ? columnAfter(doc, from.rowIndex, from.col) : columnBefore(doc, from.rowIndex, from.col)
  return place ? moveBlock(doc, id, place) : doc
}

function columnAfter(doc: Doc, rowIndex: number, col: number): Place | null {
  const row = doc.rows[rowIndex]!
  if (col + 1 < row.cols.length) return { row: row.id, col: col + 1, index: 0 }
  const next = doc.rows[rowIndex + 1]
  return next ? { row: next.id, col: 0, index: 0 } : null
}

function columnBefore(doc: Doc, rowIndex: number, col: number): Place | null {
  const row = doc.rows[rowIndex]!
  const last = (r: Row, c: number) => ({ row: r.id, col: c, index: r.cols[c]!.blocks.length })
  if (col > 0) return last(row, col - 1)
  const before = doc.rows[rowIndex - 1]
  return before ? last(before, before.cols.length - 1) : null
}

/** remove deletes a block or a row. */
export function remove(doc: Doc, id: string): Doc {
  const from = findBlock(doc, id)
  return from ? dropHollow(takeOut(doc, id), from.row.id) : { ...doc, rows: doc.rows.filter((r) => r.id !== id) }
}

/** duplicate puts a copy with new ids after a block or a row, and tells its id. */
export function duplicate(doc: Doc, id: string): { doc: Doc; id: string } {
  const row = findRow(doc, id)
  if (row) {
    const copy = fresh(row)
    return { doc: insertRow(doc, copy, doc.rows.indexOf(row) + 1), id: copy.id }
  }
  const from = findBlock(doc, id)
  if (!from) return { doc, id }
  const copy = { ...from.block, id: newId('b') } as Block
  return { doc: insertBlock(doc, copy, { row: from.row.id, col: from.col, index: from.index + 1 }), id: copy.id }
}

/** fresh gives a row with new ids: of a copy, or of a saved block. */
export function fresh(row: Row): Row {
  return { ...row, id: newId('r'), cols: row.cols.map((c) => ({ ...c, blocks: c.blocks.map((b) => ({ ...b, id: newId('b') }) as Block) })) }
}

/** editBlock changes what a block says or how it looks. Its id and type stay. */
export function editBlock(doc: Doc, id: string, change: Partial<Block>): Doc {
  const from = findBlock(doc, id)
  if (!from) return doc
  const next = { ...from.block, ...change, id, type: from.block.type } as Block
  return mapRow(doc, from.row.id, (r) => mapCol(r, from.col, (c) => ({ ...c, blocks: c.blocks.map((b) => (b.id === id ? next : b)) })))
}

/** editRow changes a row but not its columns. */
export const editRow = (doc: Doc, id: string, change: Partial<Omit<Row, 'id' | 'cols'>>): Doc => mapRow(doc, id, (r) => ({ ...r, ...change, id, cols: r.cols }))

/** editCol changes how a column stands in its row. */
export const editCol = (doc: Doc, id: string, at: number, change: Partial<Omit<Col, 'blocks' | 'span'>>): Doc => mapRow(doc, id, (r) => mapCol(r, at, (c) => ({ ...c, ...change })))

/** layouts are the widths that columns may have, in twelfths. */
export const layouts: number[][] = [[12], [6, 6], [4, 8], [8, 4], [3, 9], [9, 3], [4, 4, 4], [3, 6, 3], [3, 3, 3, 3]]

/** setLayout gives a row other columns. Blocks of columns that go away move into the last one that stays: nothing is lost. */
export function setLayout(doc: Doc, id: string, spans: number[]): Doc {
  return mapRow(doc, id, (r) => {
    const spare = r.cols.slice(spans.length).flatMap((c) => c.blocks)
    const cols = spans.map((span, i): Col => {
      const old = r.cols[i] ?? { span, blocks: [] }
      return { ...old, span, blocks: i === spans.length - 1 ? [...old.blocks, ...spare] : old.blocks }
    })
    return { ...r, cols }
  })
}

/** setTheme changes colours, type and measures of the whole letter. */
export const setTheme = (doc: Doc, change: Partial<Theme>): Doc => ({ ...doc, theme: { ...doc.theme, ...change } })

/** setLangs tells which languages the letter is written in. Texts of a language that goes away stay in the document. */
export function setLangs(doc: Doc, langs: Doc['meta']['langs'], main: Doc['meta']['default_lang']): Doc {
  return { ...doc, meta: { ...doc.meta, langs, default_lang: langs.includes(main) ? main : langs[0]! } }
}
