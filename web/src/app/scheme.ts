import { isMantineColorScheme, type MantineColorScheme, type MantineColorSchemeManager } from '@mantine/core'

// The choice lives in a cookie, so that the server can write it into the page before the first paint.
const read = (): string => /(?:^|; )scheme=(\w+)/.exec(document.cookie)?.[1] ?? ''

/** schemeManager keeps the colour scheme of this browser: auto (of the system), light or dark. */
export const schemeManager: MantineColorSchemeManager = {
  get: (fallback) => {
    const value = read()
    return isMantineColorScheme(value) ? value : fallback
  },
  set: (value: MantineColorScheme) => {
    document.cookie = `scheme=${value};path=/;max-age=31536000;samesite=lax`
  },
  subscribe: () => undefined,
  unsubscribe: () => undefined,
  clear: () => {
    document.cookie = 'scheme=;path=/;max-age=0'
  },
}
