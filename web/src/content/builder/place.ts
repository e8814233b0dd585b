import type { Block, Col, Doc, Row } from './doc'

// Where things are in the document of a letter: rows, columns in them, blocks in those. Nothing nests deeper.

/** Where a block stands, or should: the index is that of the block before which it goes. */
export interface Place {
  row: string
  col: number
  index: number
}

/** A block with where it is. */
export interface Found {
  row: Row
  rowIndex: number
  col: number
  index: number
  block: Block
}

/** walk gives all blocks in the order in which they are read. */
export function walk(doc: Doc): Found[] {
  return doc.rows.flatMap((row, rowIndex) => row.cols.flatMap((c, col) => c.blocks.map((block, index) => ({ row, rowIndex, col, index, block }))))
}

export const findBlock = (doc: Doc, id: string): Found | undefined => walk(doc).find((f) => f.block.id === id)

export const findRow = (doc: Doc, id: string): Row | undefined => doc.rows.find((r) => r.id === id)

/** rowOf finds the row that has this id, or holds the block that has it. */
export const rowOf = (doc: Doc, id: string): Row | undefined => findRow(doc, id) ?? findBlock(doc, id)?.row

/** has tells whether an id is still in the document. */
export const has = (doc: Doc, id: string): boolean => rowOf(doc, id) !== undefined

/** idsOf gives all ids: of rows and of blocks. */
export const idsOf = (doc: Doc): string[] => doc.rows.flatMap((r) => [r.id, ...r.cols.flatMap((c) => c.blocks.map((b) => b.id))])

/** mapRow changes one row, and keeps all others as they are. */
export const mapRow = (doc: Doc, id: string, change: (r: Row) => Row): Doc => ({ ...doc, rows: doc.rows.map((r) => (r.id === id ? change(r) : r)) })

/** mapCol changes one column of a row. */
export const mapCol = (row: Row, at: number, change: (c: Col) => Col): Row => ({ ...row, cols: row.cols.map((c, i) => (i === at ? change(c) : c)) })

/** insertAt puts a value before an index, and at the end when the index is beyond it. */
export const insertAt = <T>(list: T[], index: number, value: T): T[] => [...list.slice(0, index), value, ...list.slice(index)]
