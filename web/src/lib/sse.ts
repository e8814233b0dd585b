// One event stream per browser, not per tab: browsers allow about six HTTP/1.1 connections to a host.
// Tabs elect a leader by the Web Locks API; the leader holds the stream and shares events through a
// BroadcastChannel. When the stream is down, screens poll (see usePolling).
import type { StreamEvent } from '@/api'
import { useEffect, useRef, useSyncExternalStore } from 'react'

export interface LiveEvent {
  type: string
  /** What changed; null for a reset that this side made. */
  data: StreamEvent | null
  id: string
}

const kinds = ['job', 'campaign', 'import', 'notice', 'limits', 'reset'] as const
export type LiveKind = (typeof kinds)[number]

type State = { up: boolean; since: number }

const listeners = new Set<(e: LiveEvent) => void>()
const watchers = new Set<() => void>()
let state: State = { up: false, since: 0 }

function setState(up: boolean, at = Date.now()) {
  if (state.up === up && state.since !== 0) return
  state = { up, since: at }
  for (const w of watchers) w()
}

function deliver(e: LiveEvent) {
  for (const l of listeners) l(e)
}

interface Wire {
  post: (m: unknown) => void
}

/** startStream joins the tabs of this browser to one stream; the returned function leaves it. */
export function startStream(url: string): () => void {
  const stop = new AbortController()
  const channel = new BroadcastChannel('keruen-live')
  channel.onmessage = (m: MessageEvent<{ event?: LiveEvent; up?: boolean; ask?: true }>) => {
    if (m.data.event) deliver(m.data.event)
    if (m.data.up !== undefined) setState(m.data.up)
    if (m.data.ask && leading) channel.postMessage({ up: state.up })
  }
  let leading = false
  const lead = async () => {
    leading = true
    await hold(url, { post: (m) => channel.postMessage(m) }, stop.signal)
  }
  channel.postMessage({ ask: true })
  if ('locks' in navigator) {
    navigator.locks.request('keruen-live', { signal: stop.signal }, lead).catch(() => undefined)
  } else {
    void lead()
  }
  return () => {
    stop.abort()
    channel.close()
    setState(false)
  }
}

// hold keeps the stream open until the tab closes. EventSource reconnects by itself with Last-Event-ID after a lost
// connection. After an HTTP error it gives up; then we open it anew with a growing pause, and since what came between
// is lost, everybody is told to reload what they show.
async function hold(url: string, wire: Wire, signal: AbortSignal): Promise<void> {
  let pause = 2000
  for (let again = false; !signal.aborted; again = true) {
    const opened = await oneSource(url, wire, signal, again)
    pause = opened ? 2000 : Math.min(pause * 2, 60_000)
    await wait(pause, signal)
  }
}

function oneSource(url: string, wire: Wire, signal: AbortSignal, again: boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const source = new EventSource(url)
    let opened = false
    const share = (event: LiveEvent) => {
      deliver(event)
      wire.post({ event })
    }
    const tell = (up: boolean) => {
      setState(up)
      wire.post({ up })
    }
    const end = () => {
      source.close()
      tell(false)
      resolve(opened)
    }
    source.onopen = () => {
      if (again && !opened) share({ type: 'reset', data: null, id: '' })
      opened = true
      tell(true)
    }
    source.onerror = () => (source.readyState === EventSource.CLOSED ? end() : tell(false))
    for (const kind of kinds) {
      source.addEventListener(kind, (m) => share({ type: kind, data: parse(m.data), id: m.lastEventId }))
    }
    signal.addEventListener('abort', end, { once: true })
  })
}

function parse(text: string): StreamEvent | null {
  try {
    return JSON.parse(text) as StreamEvent
  } catch {
    return null
  }
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const t = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => (clearTimeout(t), resolve()), { once: true })
  })
}

/** onLive calls fn for every event of the account, in every tab. */
export function onLive(fn: (e: LiveEvent) => void): () => void {
  listeners.add(fn)
  return () => listeners.delete(fn)
}

/** useLive calls fn for events of these kinds while the component is on screen; a reset counts as every kind. */
export function useLive(wanted: LiveKind[], fn: (e: LiveEvent) => void): void {
  const latest = useRef(fn)
  latest.current = fn
  const key = wanted.join()
  useEffect(() => {
    const set = new Set<string>([...key.split(','), 'reset'])
    return onLive((e) => set.has(e.type) && latest.current(e))
  }, [key])
}

/** useStream tells whether live changes arrive, and since when it is so. */
export function useStream(): State {
  return useSyncExternalStore(
    (w) => (watchers.add(w), () => watchers.delete(w)),
    () => state,
  )
}

/** usePolling gives `refetchInterval` for a query on screen: every 10 s while the stream is down, never otherwise. */
export function usePolling(active = true): number | false {
  const { up } = useStream()
  return active && !up ? 10_000 : false
}
