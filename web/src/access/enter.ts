import type { Me } from '@/api'
import { setLang } from '@/app/i18n'
import { router } from '@/app/router'
import { setSession } from '@/app/session'

/** enter opens the cabinet for somebody who has just signed in; `next` is a path of ours to return to. */
export async function enter(me: Me, next?: string): Promise<void> {
  setSession(me)
  await setLang(me.member.lang)
  if (!me.account.name && me.permissions.includes('account.manage')) return void router.navigate({ to: '/welcome' })
  if (next && /^\/(?![/\\])/.test(next)) return void router.history.push(next)
  return void router.navigate({ to: '/' })
}
