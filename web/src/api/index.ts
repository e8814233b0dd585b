// The door to the API: the generated client with our settings. Functions return the body and throw a Problem.
import { needErrorWords, problemOf, type Problem } from '@/lib/errors'
import { client } from './gen/client.gen'
import { getMe } from './gen/sdk.gen'
import type { Me } from './gen/types.gen'

export * from './gen/@tanstack/react-query.gen'
export * from './gen/sdk.gen'
export type * from './gen/types.gen'

/** configureClient points the client at this installation. Cookies carry the session. */
export function configureClient(): void {
  client.setConfig({ credentials: 'same-origin', throwOnError: true })
  client.interceptors.error.use(async (thrown, response) => {
    const p = asProblem(thrown, response)
    if (!(p instanceof DOMException)) await needErrorWords()
    return p
  })
}

// Whatever came back in place of a problem document (a proxy's page, an empty body) becomes one.
function asProblem(thrown: unknown, response: Response | undefined): unknown {
  if (thrown instanceof DOMException && thrown.name === 'AbortError') return thrown
  const p = problemOf(thrown)
  if (p.code !== 'internal' || !response) return p
  const known: Record<number, string> = { 413: 'body_too_large', 502: 'unavailable', 503: 'unavailable', 504: 'unavailable' }
  return { status: response.status, code: known[response.status] ?? 'internal' } satisfies Problem
}

/** fetchMe tells who is signed in; null when nobody is. */
export async function fetchMe(): Promise<Me | null> {
  try {
    return await getMe()
  } catch (e) {
    if (problemOf(e).status === 401) return null
    throw e
  }
}

/** once gives the header that makes a repeated request harmless; make it when the form opens, not per attempt. */
export function once(): { 'Idempotency-Key': string } {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return { 'Idempotency-Key': Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('') }
}

/** ifMatch gives the header under which a change made meanwhile by somebody else is refused (412). */
export const ifMatch = (version: number) => ({ 'If-Match': `"${version}"` })
