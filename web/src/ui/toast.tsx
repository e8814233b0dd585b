import { IconAlertTriangle, IconCheck, IconX } from '@tabler/icons-react'
import i18next from 'i18next'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import { problemOf, problemText } from '@/lib/errors'
import css from './toast.module.css'

interface Toast {
  id: number
  kind: 'done' | 'problem' | 'undo'
  text: string
  undo?: () => void
  /** How long it stays, in seconds; 0 until it is closed. */
  seconds: number
}

let toasts: readonly Toast[] = []
let last = 0
const watchers = new Set<() => void>()

function set(next: readonly Toast[]) {
  toasts = next
  for (const w of watchers) w()
}

const show = (t: Omit<Toast, 'id'>) => set([...toasts.slice(-2), { ...t, id: ++last }])
const hide = (id: number) => set(toasts.filter((t) => t.id !== id))

/** toastDone tells the result of what the person just did. */
export function toastDone(text: string): void {
  show({ kind: 'done', text, seconds: 5 })
}

/** toastProblem tells why it did not work; it stays until it is closed. */
export function toastProblem(error: unknown): void {
  show({ kind: 'problem', text: problemText(problemOf(error)), seconds: 0 })
}

interface Undo {
  text: string
  /** Takes the deed back. */
  undo: () => void
  /** Seconds to think it over; 10 by default. */
  seconds?: number
}

/** toastUndo offers to take a deed back. */
export function toastUndo({ text, undo, seconds = 10 }: Undo): void {
  show({ kind: 'undo', text, undo, seconds })
}

/** Toasts draws them, at most three at a time; the application mounts it once. */
export function Toasts() {
  const shown = useSyncExternalStore(
    (w) => (watchers.add(w), () => watchers.delete(w)),
    () => toasts,
  )
  return (
    <div className={css.region} role="status" aria-live="polite">
      {shown.map((t) => (
        <OneToast key={t.id} toast={t} />
      ))}
    </div>
  )
}

function OneToast({ toast: t }: { toast: Toast }) {
  useTranslation('ui') // draws anew when the language changes
  const [held, hold] = useState(false)
  useEffect(() => {
    if (t.seconds === 0 || held) return
    const timer = setTimeout(() => hide(t.id), t.seconds * 1000)
    return () => clearTimeout(timer)
  }, [t, held])
  const Icon = t.kind === 'problem' ? IconAlertTriangle : IconCheck
  const undo = () => {
    hide(t.id)
    t.undo?.()
  }
  return (
    <div
      className={css.toast}
      data-kind={t.kind}
      role={t.kind === 'problem' ? 'alert' : undefined}
      onPointerEnter={() => hold(true)}
      onPointerLeave={() => hold(false)}
      onFocus={() => hold(true)}
      onBlur={() => hold(false)}
    >
      <Icon size={20} aria-hidden />
      <span className={css.text}>{t.text}</span>
      {t.undo && (
        <button type="button" className={css.undo} onClick={undo}>
          {i18next.t('ui:undo')}
        </button>
      )}
      <button type="button" className={css.close} aria-label={i18next.t('ui:close')} onClick={() => hide(t.id)}>
        <IconX size={16} aria-hidden />
      </button>
    </div>
  )
}
