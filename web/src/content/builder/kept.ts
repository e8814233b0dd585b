import type { Doc } from './doc'
import type { History } from './history'

// What the browser keeps of an edit: the steps of undo, and what the server has not taken yet. It survives a reload, a crash and a
// lost connection. IndexedDB, because a hundred documents are too much for localStorage.

/** What stands in the list of letters. */
export interface Envelope {
  subject: string
  preheader: string
}

/** Kept is one letter as this browser last had it. */
export interface Kept {
  history: Pick<History, 'past' | 'doc' | 'future'>
  envelope: Envelope
  /** Version of the server that the edit began with. */
  version: number
  /** Whether the server has it all. */
  saved: boolean
  /** Of the last change, ms since 1970. */
  at: number
}

const store = 'letters'
const oldest = 30 * 24 * 60 * 60 * 1000 // ms

let opened: Promise<IDBDatabase> | null = null

function open(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const ask = indexedDB.open('keruen.editor', 1)
    ask.onupgradeneeded = () => ask.result.createObjectStore(store)
    ask.onsuccess = () => resolve(ask.result)
    ask.onerror = () => reject(ask.error)
  })
  return opened
}

async function run<T>(mode: IDBTransactionMode, what: (s: IDBObjectStore) => IDBRequest<T>): Promise<T | undefined> {
  try {
    const db = await open()
    return await new Promise<T>((resolve, reject) => {
      const ask = what(db.transaction(store, mode).objectStore(store))
      ask.onsuccess = () => resolve(ask.result)
      ask.onerror = () => reject(ask.error)
    })
  } catch {
    return undefined // A private window may have no store: then undo ends with the page, and the server has the letter.
  }
}

/** recall gives what was kept under a name; null when there is nothing, or it is a month old. */
export async function recall(name: string): Promise<Kept | null> {
  const kept = (await run<Kept | undefined>('readonly', (s) => s.get(name))) ?? null
  if (kept && Date.now() - kept.at > oldest) {
    await forget(name)
    return null
  }
  return kept
}

/** keep stores an edit under a name. */
export async function keep(name: string, kept: Kept): Promise<void> {
  await run('readwrite', (s) => s.put(kept, name))
}

/** forget removes what was kept. */
export async function forget(name: string): Promise<void> {
  await run('readwrite', (s) => s.delete(name))
}

/** What to do with what was kept when the letter is opened again. */
export type Opening = { do: 'begin' } | { do: 'resume'; history: Kept['history'] } | { do: 'ask'; kept: Kept }

/**
 * opening decides: the same letter goes on with its undo; changes that the server never got are offered; anything else is of an older
 * letter and begins anew.
 */
export function opening(kept: Kept | null, server: { doc: Doc; envelope: Envelope; version: number }): Opening {
  if (!kept) return { do: 'begin' }
  if (kept.saved) return kept.version === server.version ? { do: 'resume', history: kept.history } : { do: 'begin' }
  const same = equal(kept.history.doc, server.doc) && equal(kept.envelope, server.envelope)
  return same ? { do: 'resume', history: kept.history } : { do: 'ask', kept }
}

/** equal compares documents by what they say: the order of keys does not matter, and null says as little as nothing. */
export function equal(a: unknown, b: unknown): boolean {
  if ((a ?? null) === (b ?? null)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b || Array.isArray(a) !== Array.isArray(b)) return false
  const x = a as Record<string, unknown>
  const y = b as Record<string, unknown>
  const keys = new Set([...Object.keys(x), ...Object.keys(y)])
  return [...keys].every((k) => equal(x[k], y[k]))
}
