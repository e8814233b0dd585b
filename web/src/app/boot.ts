import type { Lang } from '@/lib/fmt'
import { langs } from '@/lib/fmt'
import type { Me } from '@/api'

/**
 * Boot is the block that the server writes into the page, so that the first screen needs no request.
 * `me` is the answer of GET /api/v1/me, or null when nobody is signed in.
 */
export interface Boot {
  me: Me | null
  lang: Lang
  /** Name of this installation, shown in titles and letters. */
  product: string
  version: string
  /** The pretend world is on: letters go to its mailbox page. Empty when it is off. */
  sandbox: string
}

const defaults: Boot = { me: null, lang: 'ru', product: 'Keruen', version: 'dev', sandbox: '' }

/** readBoot reads the block; in `vite dev` there is none and the session is asked from the server. */
export function readBoot(): { boot: Boot; known: boolean } {
  const text = document.getElementById('boot')?.textContent ?? 'null'
  const given = JSON.parse(text) as Partial<Boot> | null
  const boot = { ...defaults, ...given }
  if (!langs.includes(boot.lang)) boot.lang = 'ru'
  return { boot, known: given !== null }
}
