import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import { ifMatch, type PreferenceDesign, type PreferencePage, savePreferenceDraft } from '@/api'
import { problemOf } from '@/lib/errors'

export const pageKey = ['preference-page'] as const

export type Saving = { is: 'saved' } | { is: 'waiting' } | { is: 'stale' } | { is: 'refused'; error: unknown }

const pause = 600
const again = 5000

/**
 * useDraft keeps the draft on screen and saves it 600 ms after the last change, one request at a time. Without a connection it tries
 * again; when somebody else saved meanwhile it stops until the page is read anew.
 */
export function useDraft(page: PreferencePage) {
  const client = useQueryClient()
  const [design, setDesign] = useState<PreferenceDesign>(page.draft)
  const [saving, setSaving] = useState<Saving>({ is: 'saved' })
  const unsaved = useRef<PreferenceDesign | null>(null)
  const version = useRef(page.version)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const busy = useRef<Promise<void> | null>(null)
  const latest = useRef<() => Promise<void>>(async () => undefined)

  const send = useCallback(async (): Promise<void> => {
    clearTimeout(timer.current)
    if (busy.current) await busy.current
    const body = unsaved.current
    if (!body) return
    unsaved.current = null
    busy.current = (async () => {
      try {
        const saved = await savePreferenceDraft({ body, headers: ifMatch(version.current) })
        version.current = saved.version
        client.setQueryData(pageKey, saved)
        setSaving(unsaved.current ? { is: 'waiting' } : { is: 'saved' })
      } catch (e) {
        unsaved.current ??= body
        const p = problemOf(e)
        if (p.status === 412) {
          unsaved.current = null
          setSaving({ is: 'stale' })
        } else if (p.status === 0 || p.status >= 500) timer.current = setTimeout(() => void latest.current(), again)
        else {
          unsaved.current = null
          setSaving({ is: 'refused', error: e })
        }
      }
    })()
    await busy.current
    busy.current = null
  }, [client])
  latest.current = send

  const change = useCallback(
    (part: Partial<PreferenceDesign>) => {
      setDesign((now) => {
        const next = { ...now, ...part }
        unsaved.current = next
        return next
      })
      setSaving((s) => (s.is === 'stale' ? s : { is: 'waiting' }))
      clearTimeout(timer.current)
      timer.current = setTimeout(() => void send(), pause)
    },
    [send],
  )

  /** take puts what came from the server in the place of the draft. */
  const take = useCallback((fresh: PreferencePage) => {
    clearTimeout(timer.current)
    unsaved.current = null
    version.current = fresh.version
    client.setQueryData(pageKey, fresh)
    setDesign(fresh.draft)
    setSaving({ is: 'saved' })
  }, [client])

  useEffect(
    () => () => {
      void send() // leaving the screen saves what is left
    },
    [send],
  )

  return { design, change, saving, flush: send, take, version: () => version.current }
}
