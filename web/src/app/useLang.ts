import { useTranslation } from 'react-i18next'
import { updateMe } from '@/api'
import type { Lang } from '@/lib/fmt'
import { setLang } from './i18n'
import { currentMe, setSession } from './session'

/** useLang gives the language of the interface and a switch; for a signed-in person the choice is kept in the profile. */
export function useLang(): { lang: Lang; choose: (lang: Lang) => Promise<void> } {
  const { i18n } = useTranslation()
  const choose = async (lang: Lang) => {
    await setLang(lang)
    const me = currentMe()
    if (!me || me.member.lang === lang) return
    try {
      setSession({ ...me, member: await updateMe({ body: { lang } }) })
    } catch {
      // The screen already speaks the chosen language and the browser remembers it; the profile follows next time.
    }
  }
  return { lang: i18n.language as Lang, choose }
}
