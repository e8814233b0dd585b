import { useCallback, useEffect, useRef, useState } from 'react'
import type { Campaign, PatchCampaignInputBody } from '@/api'
import { problemOf } from '@/lib/errors'

export type SaveState =
  | { is: 'saved'; at: number | null }
  | { is: 'waiting' }
  | { is: 'saving' }
  | { is: 'offline' }
  | { is: 'stale' }
  | { is: 'refused'; error: unknown }

interface Options<Saved, Change> {
  /** The version on screen. */
  version: number
  save: (change: Change, version: number) => Promise<Saved>
  onSaved: (saved: Saved) => void
  /** Milliseconds after the last change. */
  pause?: number
}

const again = 5000

/**
 * useAutosave sends changes 800 ms after the last one, one request at a time. What was typed while a request was on its way goes
 * with the next one. Offline it tries again; on 412 it stops until `settle` tells which version wins. `flush` sends at once and tells
 * whether the server has everything.
 */
export function useAutosave<Saved extends { version: number } = Campaign, Change extends object = PatchCampaignInputBody>({
  version,
  save,
  onSaved,
  pause = 800,
}: Options<Saved, Change>) {
  const [state, setState] = useState<SaveState>({ is: 'saved', at: null })
  const change = useRef({} as Change)
  const current = useRef(version)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const busy = useRef<Promise<void> | null>(null)
  const deps = useRef({ save, onSaved })
  deps.current = { save, onSaved }

  const latest = useRef<() => Promise<boolean>>(async () => true)
  const send = useCallback(async (): Promise<boolean> => {
    clearTimeout(timer.current)
    while (busy.current) await busy.current
    if (Object.keys(change.current).length === 0) return true
    const sent = change.current
    change.current = {} as Change
    setState({ is: 'saving' })
    const work = (async () => {
      try {
        const saved = await deps.current.save(sent, current.current)
        current.current = saved.version
        deps.current.onSaved(saved)
        setState(Object.keys(change.current).length > 0 ? { is: 'waiting' } : { is: 'saved', at: Date.now() })
      } catch (e) {
        change.current = { ...sent, ...change.current }
        const p = problemOf(e)
        if (p.status === 412) setState({ is: 'stale' })
        else if (p.status === 0 || p.status >= 500) {
          setState({ is: 'offline' })
          timer.current = setTimeout(() => void latest.current(), again)
        } else setState({ is: 'refused', error: e })
      }
    })()
    busy.current = work
    await work
    busy.current = null
    return Object.keys(change.current).length === 0
  }, [])

  latest.current = send

  const put = useCallback(
    (next: Change) => {
      change.current = { ...change.current, ...next }
      setState((s) => (s.is === 'stale' ? s : { is: 'waiting' }))
      clearTimeout(timer.current)
      timer.current = setTimeout(() => void send(), pause)
    },
    [send, pause],
  )

  /** settle goes on after 412 from the server's version: with one's own changes, or without them. */
  const settle = useCallback(
    async (fresh: Saved, mine: boolean) => {
      current.current = fresh.version
      if (!mine) change.current = {} as Change
      deps.current.onSaved(fresh)
      setState({ is: 'saved', at: null })
      if (mine) await send()
    },
    [send],
  )

  useEffect(() => {
    const leave = (e: BeforeUnloadEvent) => {
      if (Object.keys(change.current).length > 0) e.preventDefault()
    }
    addEventListener('beforeunload', leave)
    return () => {
      removeEventListener('beforeunload', leave)
      // Leaving the screen sends what is left.
      void send()
    }
  }, [send])

  return { state, put, flush: send, settle }
}
