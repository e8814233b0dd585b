import type { Doc, Lang } from './doc'

/** emptyDoc is a blank letter. */
export function emptyDoc(lang: Lang): Doc {
  return {
    v: 1,
    meta: { langs: [lang], default_lang: lang },
    theme: {
      width: 600,
      bg: '#F5F7F8',
      surface: '#FFFFFF',
      text: '#14212B',
      muted: '#51626E',
      link: '#086B7E',
      link_dark: '#63CFDF',
      primary: '#08768B',
      on_primary: '#FFFFFF',
      font: 'arial',
      size: 16,
      radius: 8,
      gap: 16,
    },
    rows: [],
  }
}
