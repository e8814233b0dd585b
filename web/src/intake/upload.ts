import { appendUpload, beginUpload, cancelUpload, finishUpload, getUpload, type Import, once, type Upload, uploadImport } from '@/api'
import { problemOf } from '@/lib/errors'

/** Below this a file goes in one request. */
const small = 1 << 20

const firstPart = 512 << 10
const patience = [1, 2, 4, 8, 15, 30, 30, 30] // seconds between attempts while there is no connection

/** What is known about an upload at one moment. */
export interface Progress {
  received: number
  size: number
  /** Bytes per second, 0 while not known. */
  speed: number
  /** No connection; another attempt follows. */
  waiting: boolean
}

/** Unfinished is an upload that a reload, or the end of the browser, has interrupted. */
export interface Unfinished {
  id: string
  name: string
  size: number
  modified: number
}

const slot = 'keruen.upload'

/** unfinished tells of an interrupted upload. The browser may not keep the file itself, so the person chooses it once more. */
export function unfinished(): Unfinished | null {
  try {
    const u = JSON.parse(localStorage.getItem(slot) ?? 'null') as Unfinished | null
    return u && typeof u.id === 'string' ? u : null
  } catch {
    return null
  }
}

/** isSame tells that a file is the one whose upload was interrupted. */
export const isSame = (u: Unfinished | null, file: File) => u !== null && u.name === file.name && u.size === file.size && u.modified === file.lastModified

function keep(u: Unfinished | null) {
  try {
    if (u) localStorage.setItem(slot, JSON.stringify(u))
    else localStorage.removeItem(slot)
  } catch {
    // without storage a reload begins anew
  }
}

/** forget throws away what has arrived of an interrupted upload. */
export async function forget(u: Unfinished): Promise<void> {
  keep(null)
  await cancelUpload({ path: { id: u.id } }).catch(() => undefined) // it expires by itself
}

/** rateOf is the speed over the last seconds of samples [time in ms, bytes]. */
export function rateOf(samples: [number, number][]): number {
  const first = samples[0]
  const last = samples.at(-1)
  if (!first || !last || last[0] - first[0] < 200) return 0
  return ((last[1] - first[1]) * 1000) / (last[0] - first[0])
}

/** nextPart doubles parts that go fast and halves slow ones, so that a weak line loses little when it breaks. */
export function nextPart(part: number, ms: number, most: number): number {
  if (ms < 700) return Math.min(part * 2, most)
  if (ms > 3000) return Math.max(part / 2, 128 << 10)
  return part
}

/** sendFile uploads a file and makes an import of it. It goes on where an interrupted upload of the same file has stopped. */
export async function sendFile(file: File, onProgress: (p: Progress) => void, signal: AbortSignal): Promise<Import> {
  if (file.size <= small) return uploadImport({ body: file, query: { filename: file.name }, headers: once(), signal })
  const up = await begin(file, signal)
  keep({ id: up.id, name: file.name, size: file.size, modified: file.lastModified })
  await sendParts(file, up, onProgress, signal)
  const made = await withPatience(() => finishUpload({ path: { id: up.id }, headers: once(), signal }), () => undefined, signal)
  keep(null)
  return made
}

async function begin(file: File, signal: AbortSignal): Promise<Upload> {
  const before = unfinished()
  if (before && isSame(before, file)) {
    try {
      return await getUpload({ path: { id: before.id }, signal })
    } catch (e) {
      if (problemOf(e).status !== 404) throw e // expired: from the beginning
    }
  }
  return beginUpload({ body: { filename: file.name, size: file.size }, headers: once(), signal })
}

async function sendParts(file: File, up: Upload, onProgress: (p: Progress) => void, signal: AbortSignal) {
  let received = up.received
  let part = firstPart
  let samples: [number, number][] = [[Date.now(), received]]
  const tell = (waiting: boolean) => onProgress({ received, size: file.size, speed: waiting ? 0 : rateOf(samples), waiting })
  tell(false)
  while (received < file.size) {
    const began = Date.now()
    const next = await withPatience(
      async (again) => {
        if (again) received = (await getUpload({ path: { id: up.id }, signal })).received // some of the part may have arrived
        if (received >= file.size) return { received }
        return appendUpload({ path: { id: up.id }, query: { offset: received }, body: file.slice(received, received + part), signal })
      },
      () => tell(true),
      signal,
    )
    received = next.received
    const now = Date.now()
    part = nextPart(part, now - began, up.max_part)
    samples = [...samples.filter(([at]) => now - at < 4000), [now, received]]
    tell(false)
  }
}

// withPatience repeats what failed for want of a connection; what the server refused is an error at once, but for a part that does not
// fit what has arrived.
async function withPatience<T>(work: (again: boolean) => Promise<T>, onWait: () => void, signal: AbortSignal): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work(attempt > 0)
    } catch (e) {
      const { status, code } = problemOf(e)
      const passing = status === 0 || status >= 500 || code === 'upload.offset' || code === 'blob.part_busy'
      if (signal.aborted || !passing || attempt === patience.length) throw e
      onWait()
      await pause(patience[attempt]! * 1000, signal)
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      removeEventListener('online', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    addEventListener('online', done, { once: true })
    signal.addEventListener('abort', done, { once: true })
  })
}
