import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { html } from '@codemirror/lang-html'
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint'
import { EditorState } from '@codemirror/state'
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { type Ref, useEffect, useImperativeHandle, useRef } from 'react'
import type { LetterProblem } from '@/api'
import { pageNonce } from '@/lib/csp'
import { offsetOf } from './content'

export interface EditorHandle {
  insert: (text: string) => void
  goTo: (line: number, column: number) => void
}

interface Props {
  label: string
  value: string
  onChange: (text: string) => void
  problems: { problem: LetterProblem; text: string }[]
  handle: Ref<EditorHandle>
}

const colours = HighlightStyle.define([
  { tag: tags.tagName, color: 'var(--k-s1)' },
  { tag: tags.attributeName, color: 'var(--k-s3)' },
  { tag: tags.attributeValue, color: 'var(--k-s4)' },
  { tag: tags.comment, color: 'var(--k-subtle)' },
  { tag: tags.angleBracket, color: 'var(--k-muted)' },
])

const look = EditorView.theme({
  '&': { backgroundColor: 'var(--k-surface)', color: 'var(--k-text)', fontSize: '14px', border: '1px solid var(--k-control)', borderRadius: '8px', maxHeight: '60vh', minHeight: '320px' },
  '&.cm-focused': { outline: '2px solid var(--k-focus)', outlineOffset: '1px' },
  '.cm-scroller': { fontFamily: 'var(--k-mono)', overflow: 'auto', minHeight: '320px' },
  '.cm-gutters': { backgroundColor: 'var(--k-sunken)', color: 'var(--k-muted)', border: 'none' },
  '.cm-activeLine': { backgroundColor: 'transparent' },
  '.cm-content': { caretColor: 'var(--k-text)' },
  '.cm-cursor': { borderLeftColor: 'var(--k-text)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'var(--k-primary-soft)' },
  '.cm-tooltip': { backgroundColor: 'var(--k-raised)', color: 'var(--k-text)', border: '1px solid var(--k-border)' },
})

/** CodeEditor edits the HTML of a letter. Tab leaves the field, as everywhere (WCAG 2.1.2); Ctrl [ and ] indent. */
export default function CodeEditor({ label, value, onChange, problems, handle }: Props) {
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView | null>(null)
  const change = useRef(onChange)
  change.current = onChange
  // The document lives in the editor; what comes from outside later is compared below.
  const first = useRef({ value, label })
  useEffect(() => {
    const v = new EditorView({
      parent: host.current!,
      state: EditorState.create({
        doc: first.current.value,
        extensions: [
          lineNumbers(),
          history(),
          drawSelection(),
          highlightActiveLine(),
          lintGutter(),
          html(),
          syntaxHighlighting(colours),
          look,
          EditorView.lineWrapping,
          EditorView.cspNonce.of(pageNonce()),
          EditorView.contentAttributes.of({ 'aria-label': first.current.label, spellcheck: 'false' }),
          EditorView.updateListener.of((u) => u.docChanged && change.current(u.state.doc.toString())),
          keymap.of([...defaultKeymap, ...historyKeymap]),
        ],
      }),
    })
    v.scrollDOM.tabIndex = 0
    view.current = v
    return () => v.destroy()
  }, [])
  useEffect(() => {
    const v = view.current
    if (v && v.state.doc.toString() !== value) v.dispatch({ changes: { from: 0, to: v.state.doc.length, insert: value } })
  }, [value])
  useEffect(() => {
    const v = view.current
    if (!v) return
    const doc = v.state.doc.toString()
    const marks: Diagnostic[] = problems
      .filter((p) => p.problem.line > 0)
      .map(({ problem: p, text }) => {
        const from = offsetOf(doc, p.line, p.column)
        return { from, to: Math.min(doc.length, from + 1), severity: p.severity === 'notice' ? 'info' : p.severity, message: text }
      })
    v.dispatch(setDiagnostics(v.state, marks))
  }, [problems])
  useImperativeHandle(handle, () => ({
    insert: (text) => {
      const v = view.current
      if (!v) return
      v.dispatch(v.state.replaceSelection(text))
      v.focus()
    },
    goTo: (line, column) => {
      const v = view.current
      if (!v) return
      const at = offsetOf(v.state.doc.toString(), line, column)
      v.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'center' }) })
      v.focus()
    },
  }))
  return <div ref={host} />
}
