import i18next from 'i18next'

/** One wrong value of the input, as the API names it. */
export interface FieldProblem {
  path: string
  code: string
  text?: string
  params?: Record<string, unknown> | null
}

/** Problem is the error document of the API (RFC 9457) with our stable code. */
export interface Problem {
  status: number
  code: string
  title?: string
  detail?: string
  params?: Record<string, unknown> | null
  errors?: FieldProblem[] | null
}

const offline: Problem = { status: 0, code: 'offline' }
const unknown: Problem = { status: 500, code: 'internal' }

/**
 * needErrorWords loads the catalogue of errors, which the first screen can do without. The API's door waits for it before it throws,
 * so whoever shows a problem has the words; without a connection the few in "common" must do.
 */
export async function needErrorWords(): Promise<void> {
  if (i18next.hasLoadedNamespace('errors')) return
  await i18next.loadNamespaces('errors')
  // A load that failed once is not tried again by itself.
  if (!i18next.hasResourceBundle(i18next.language, 'errors')) await i18next.reloadResources([i18next.language], ['errors'])
}

/** problemOf makes a Problem of whatever a request threw: an error document, a failed connection, a bug. */
export function problemOf(thrown: unknown): Problem {
  if (isProblem(thrown)) return thrown
  if (thrown instanceof TypeError || (thrown instanceof DOMException && thrown.name !== 'AbortError')) return offline
  return unknown
}

function isProblem(v: unknown): v is Problem {
  return typeof v === 'object' && v !== null && typeof (v as Problem).code === 'string' && typeof (v as Problem).status === 'number'
}

/** problemText says in the person's language what happened and what to do. */
export function problemText(p: Problem): string {
  return codeText(p.code, p.params) ?? kindText(p)
}

/** fieldText says what is wrong with one field. */
export function fieldText(f: FieldProblem): string {
  if (f.code === 'invalid') return i18next.t('errors:invalid_value') // huma's sentence that has no code of its own
  return codeText(f.code, f.params) ?? f.text ?? i18next.t('errors:invalid_value')
}

/** codeOrText says a stored failure (of a job, of a delivery) in words; its own English text when the code is new. */
export function codeOrText(f: { code: string; text?: string; params?: unknown }): string {
  return codeText(f.code, f.params as Record<string, unknown> | undefined) ?? (f.text || i18next.t('common:unnamed', { code: f.code }))
}

function codeText(code: string, params?: Record<string, unknown> | null): string | undefined {
  const key = [`errors:${code}`, `common:${code}`].find((k) => i18next.exists(k))
  return key && i18next.t(key, params ?? {})
}

// A code that this build does not know yet still gets words by its kind, and the code to quote.
function kindText(p: Problem): string {
  const byStatus: Record<number, string> = {
    401: 'errors:unauthenticated',
    403: 'errors:forbidden',
    404: 'errors:not_found',
    412: 'errors:stale',
    429: 'errors:too_fast',
    503: 'errors:unavailable',
  }
  const key = byStatus[p.status]
  if (key && i18next.exists(key)) return i18next.t(key)
  return p.detail && p.status < 500 ? p.detail : i18next.t('common:unnamed', { code: p.code })
}

/** firstText says what is wrong with the only field of a form, or why the whole was refused. */
export function firstText(p: Problem): string {
  const f = p.errors?.[0]
  return f ? fieldText(f) : problemText(p)
}

/** fieldErrors maps a problem onto the fields of a form: {"email": "…"}. Prefixes such as "body." are dropped. */
export function fieldErrors(p: Problem): Record<string, string> {
  const out: Record<string, string> = {}
  for (const f of p.errors ?? []) {
    const path = f.path.replace(/^body\./, '')
    if (path && !(path in out)) out[path] = fieldText(f)
  }
  return out
}
