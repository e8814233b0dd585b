import { useCallback, useEffect, useMemo, useReducer, useRef } from 'react'
import type { Block, Doc, Lang, Row } from './doc'
import * as edit from './edit'
import { handedOver } from './envelope'
import { begin, change, type History, redo, stillThere, undo } from './history'
import { type Envelope, keep, type Kept } from './kept'
import type { Place } from './place'

interface State {
  history: History
  /** Id of the chosen block or row. */
  chosen: string | null
  /** Whether the text of the chosen block is being edited in place. */
  writing: boolean
}

type Action =
  | { do: 'change'; doc: Doc; merge: string | null; at: number; choose?: string | null }
  | { do: 'choose'; id: string | null; writing?: boolean }
  | { do: 'undo' | 'redo' }
  | { do: 'replace'; history: History }

/** reduce is the whole of what happens to an open letter; it takes the time with the action. */
export function reduce(s: State, a: Action): State {
  switch (a.do) {
    case 'change': {
      const history = change(s.history, a.doc, a.merge, a.at)
      const chosen = stillThere(a.doc, a.choose === undefined ? s.chosen : a.choose)
      return { history, chosen, writing: s.writing && chosen === s.chosen }
    }
    case 'choose':
      return { ...s, chosen: a.id, writing: a.writing ?? false }
    case 'undo':
    case 'redo': {
      const history = a.do === 'undo' ? undo(s.history) : redo(s.history)
      const chosen = stillThere(history.doc, s.chosen)
      return { history, chosen, writing: s.writing && chosen !== null }
    }
    case 'replace':
      return { history: a.history, chosen: stillThere(a.history.doc, s.chosen), writing: false }
  }
}

interface Options {
  start: Doc
  /** Steps of undo that the browser kept. */
  resume?: Kept['history']
  /** Called after every change with what the letter now is. */
  onChange: (doc: Doc) => void
}

/** useEditor holds the document that is being edited, with undo, and the verbs that change it. */
export function useEditor({ start, resume, onChange }: Options) {
  const [state, dispatch] = useReducer(reduce, { history: resume ? { ...resume, last: null } : begin(start), chosen: null, writing: false } satisfies State)
  const { doc } = state.history
  const now = useRef(doc)
  now.current = doc
  const told = useRef(doc)
  const tell = useRef(onChange)
  tell.current = onChange
  useEffect(() => {
    if (told.current === doc) return
    told.current = doc
    tell.current(doc)
  }, [doc])

  const put = useCallback((next: Doc, merge: string | null = null, choose?: string | null) => {
    now.current = next
    dispatch({ do: 'change', doc: next, merge, at: Date.now(), choose })
  }, [])

  const verbs = useMemo(
    () => ({
      choose: (id: string | null, writing = false) => dispatch({ do: 'choose', id, writing }),
      undo: () => dispatch({ do: 'undo' }),
      redo: () => dispatch({ do: 'redo' }),
      /** add puts a block at a place, or in a new row of that index. */
      add: (block: Block, at: Place | number, row: Row) => {
        const doc = now.current
        if (typeof at === 'number') put(edit.insertRow(doc, { ...row, cols: row.cols.map((c, i) => (i === 0 ? { ...c, blocks: [block] } : c)) }, at), null, block.id)
        else put(edit.insertBlock(doc, block, at), null, block.id)
      },
      addRow: (row: Row, index: number) => put(edit.insertRow(now.current, row, index), null, row.id),
      move: (id: string, to: Place) => put(edit.moveBlock(now.current, id, to), null, id),
      moveOut: (id: string, index: number, row: Row) => put(edit.moveToNewRow(now.current, id, index, row), null, id),
      moveRow: (id: string, index: number) => put(edit.moveRow(now.current, id, index), null, id),
      step: (id: string, by: -1 | 1) => put(edit.step(now.current, id, by), null, id),
      remove: (id: string, next: string | null) => put(edit.remove(now.current, id), null, next),
      duplicate: (id: string) => {
        const copy = edit.duplicate(now.current, id)
        put(copy.doc, null, copy.id)
        return copy.id
      },
      block: (id: string, change: Partial<Block>, merge: string | null = null) => put(edit.editBlock(now.current, id, change), merge && `${merge}:${id}`),
      row: (id: string, change: Parameters<typeof edit.editRow>[2], merge: string | null = null) => put(edit.editRow(now.current, id, change), merge && `${merge}:${id}`),
      column: (id: string, at: number, change: Parameters<typeof edit.editCol>[3]) => put(edit.editCol(now.current, id, at, change)),
      layout: (id: string, spans: number[]) => put(edit.setLayout(now.current, id, spans)),
      theme: (change: Partial<Doc['theme']>, merge: string | null = null) => put(edit.setTheme(now.current, change), merge && `theme:${merge}`),
      meta: (change: Partial<Doc['meta']>, merge: string | null = null) => put({ ...now.current, meta: { ...now.current.meta, ...change } }, merge && `meta:${merge}`),
      langs: (langs: Lang[], main: Lang, letter: Envelope) => {
        const own = langs.includes(main) ? main : langs[0]!
        put(edit.setLangs(handedOver(now.current, own, letter), langs, own))
      },
      replace: (history: Kept['history']) => dispatch({ do: 'replace', history: { ...history, last: null } }),
    }),
    [put],
  )
  return { ...state, doc, canUndo: state.history.past.length > 0, canRedo: state.history.future.length > 0, verbs }
}

export type Editor = ReturnType<typeof useEditor>

/** useKeeping writes the edit into the browser's store half a second after a change, and at once when the page is hidden. */
export function useKeeping(name: string, { past, doc, future }: History, { subject, preheader }: Envelope, version: number, saved: boolean): void {
  const latest = useRef<Kept | null>(null)
  const first = useRef(true)
  useEffect(() => {
    // An untouched letter leaves nothing behind.
    if (first.current && saved && past.length === 0 && future.length === 0) return
    first.current = false
    latest.current = { history: { past, doc, future }, envelope: { subject, preheader }, version, saved, at: Date.now() }
    const write = () => latest.current && void keep(name, latest.current)
    const timer = setTimeout(write, 500)
    const hide = () => document.visibilityState === 'hidden' && write()
    document.addEventListener('visibilitychange', hide)
    addEventListener('pagehide', write)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', hide)
      removeEventListener('pagehide', write)
    }
  }, [name, past, doc, future, subject, preheader, version, saved])
  useEffect(() => () => void (latest.current && keep(name, latest.current)), [name])
}
