import i18next, { type BackendModule } from 'i18next'
import { initReactI18next } from 'react-i18next'
import type { Lang } from '@/lib/fmt'

const files = import.meta.glob<{ default: Record<string, string> }>('../i18n/*/*.json')

// One namespace per feature folder, loaded with its route.
const backend: BackendModule = {
  type: 'backend',
  init: () => undefined,
  read: (lang, ns, done) => {
    const load = files[`../i18n/${lang}/${ns}.json`]
    if (!load) return done(new Error(`no texts ${lang}/${ns}`), null)
    load().then(
      (m) => done(null, m.default),
      (e: Error) => done(e, null),
    )
  },
}

/** Namespaces that every screen needs; they sit in one file per language. The words of errors come after the first screen (lib/errors). */
export const core = ['common', 'ui']

/** startTexts prepares the messages of the first screen. */
export async function startTexts(lang: Lang): Promise<void> {
  document.documentElement.lang = lang
  await i18next
    .use(backend)
    .use(initReactI18next)
    .init({
      lng: lang,
      fallbackLng: false,
      ns: core,
      defaultNS: 'common',
      keySeparator: false, // keys are flat: "list.title"
      interpolation: { escapeValue: false }, // React escapes
      react: { useSuspense: true },
      partialBundledLanguages: false,
    
    })
}

/** needTexts loads the namespaces of a route; give it to the route's loader. */
export const needTexts = (...ns: string[]) => i18next.loadNamespaces(ns)

/** setLang switches the interface at once and remembers the choice for the next visit of this browser. */
export async function setLang(lang: Lang): Promise<void> {
  document.cookie = `lang=${lang};path=/;max-age=31536000;samesite=lax`
  await i18next.changeLanguage(lang)
  document.documentElement.lang = lang
}
