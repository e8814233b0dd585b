import { useTranslation } from 'react-i18next'
import { useBuilder } from './context'
import { findBlock, findRow, walk } from './place'
import { step } from './edit'

/** useDeeds gives what can be done to a chosen block or row by single presses; each is announced. */
export function useDeeds(id: string | null) {
  const { t } = useTranslation('builder')
  const { editor, canBuild, announce } = useBuilder()
  const { doc, verbs } = editor
  const block = id ? findBlock(doc, id)?.block : undefined
  const name = block ? t(`block.${block.type}`, { defaultValue: t('block.unknown') }) : id ? t('canvas.row', { no: doc.rows.findIndex((r) => r.id === id) + 1 }) : ''
  const can = canBuild && id !== null
  // The focus stays with the block on the side where it was: on the canvas, or in the outline.
  const follow = (next: string | null) => {
    const side = document.activeElement?.closest('[data-outline]') ? 'o' : 'c'
    if (next) requestAnimationFrame(() => document.getElementById(`${side}-${next}`)?.focus())
  }
  return {
    name,
    can,
    canUp: can && step(doc, id, -1) !== doc,
    canDown: can && step(doc, id, 1) !== doc,
    move: (by: -1 | 1) => {
      if (!can) return
      verbs.step(id, by)
      const now = step(doc, id, by)
      announce(now === doc ? t('said.edge', { name }) : t('said.moved', { name, ...spot(now, id) }))
      follow(id)
    },
    duplicate: () => {
      if (!can) return
      follow(verbs.duplicate(id))
      announce(t('said.duplicated', { name }))
    },
    remove: () => {
      if (!can) return
      const next = neighbour(doc, id)
      verbs.remove(id, next)
      announce(t('said.removed', { name }))
      follow(next)
    },
  }
}

type Doc = Parameters<typeof walk>[0]

// The place of a block in words: its number in the order of reading, of how many.
function spot(doc: Doc, id: string) {
  const row = findRow(doc, id)
  if (row) return { no: doc.rows.indexOf(row) + 1, of: doc.rows.length }
  const all = walk(doc)
  return { no: all.findIndex((f) => f.block.id === id) + 1, of: all.length }
}

// What is chosen after a deletion: what follows, else what stood before.
function neighbour(doc: Doc, id: string): string | null {
  const row = findRow(doc, id)
  if (row) {
    const at = doc.rows.indexOf(row)
    return doc.rows[at + 1]?.id ?? doc.rows[at - 1]?.id ?? null
  }
  const all = walk(doc)
  const at = all.findIndex((f) => f.block.id === id)
  return all[at + 1]?.block.id ?? all[at - 1]?.block.id ?? null
}
