import type { Block, Doc } from './doc'
import { equal } from './kept'
import { walk } from './place'

/** A block that differs between two versions of a letter. */
export interface Difference {
  what: 'added' | 'removed' | 'changed' | 'moved'
  block: Block
}

/** compare tells how `theirs` differs from `mine`, block by block, in the order of reading. */
export function compare(mine: Doc, theirs: Doc): Difference[] {
  const before = new Map(walk(mine).map((f) => [f.block.id, f]))
  const after = walk(theirs)
  const left = new Set(after.map((f) => f.block.id))
  const out: Difference[] = []
  for (const f of after) {
    const old = before.get(f.block.id)
    if (!old) out.push({ what: 'added', block: f.block })
    else if (!equal(old.block, f.block)) out.push({ what: 'changed', block: f.block })
    else if (old.row.id !== f.row.id || old.col !== f.col) out.push({ what: 'moved', block: f.block })
  }
  for (const f of before.values()) if (!left.has(f.block.id)) out.push({ what: 'removed', block: f.block })
  return out
}
