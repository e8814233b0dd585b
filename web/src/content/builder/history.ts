import type { Doc } from './doc'
import { has } from './place'

// Undo and redo of the editor. Typing in one place is one step: changes with the same `merge` that follow each other within a second.

/** Steps that can be taken back. */
export const maxSteps = 100
const pause = 1000 // ms that end a step of typing

export interface History {
  past: Doc[]
  doc: Doc
  future: Doc[]
  /** What the last change was about, and when: the next one of the same kind joins it. */
  last: { merge: string; at: number } | null
}

export const begin = (doc: Doc): History => ({ past: [], doc, future: [], last: null })

/** change makes a step. A document that did not change makes none. */
export function change(h: History, doc: Doc, merge: string | null, at: number): History {
  if (doc === h.doc) return h
  const joins = merge !== null && h.last?.merge === merge && at - h.last.at < pause
  const past = joins ? h.past : [...h.past, h.doc].slice(-maxSteps)
  return { past, doc, future: [], last: merge === null ? null : { merge, at } }
}

export function undo(h: History): History {
  const doc = h.past.at(-1)
  return doc ? { past: h.past.slice(0, -1), doc, future: [h.doc, ...h.future], last: null } : h
}

export function redo(h: History): History {
  const doc = h.future[0]
  return doc ? { past: [...h.past, h.doc], doc, future: h.future.slice(1), last: null } : h
}

/** stillThere gives what was chosen, when the document still has it. */
export const stillThere = (doc: Doc, chosen: string | null): string | null => (chosen && has(doc, chosen) ? chosen : null)
