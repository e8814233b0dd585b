import { Avatar } from '@mantine/core'
import { IconBuilding, IconKeyboard, IconLogout, IconShieldLock, IconUser } from '@tabler/icons-react'
import { useRouter } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { signOut, switchAccount } from '@/api'
import { DropMenu, type MenuGroup } from '@/ui/DropMenu'
import { toastProblem } from '@/ui/toast'
import { useMe } from '../session'
import { useLangItems, useSchemeItems } from './Preferences'
import css from './ProfileMenu.module.css'
import { openShortcuts } from './Shortcuts.open'

/** ProfileMenu: who is signed in, which account is open, the way out; on phones also scheme and language. */
export function ProfileMenu() {
  const { t } = useTranslation('shell')
  const me = useMe()
  const groups = useGroups()
  const name = [me.member.first_name, me.member.last_name].filter(Boolean).join(' ') || me.member.email
  return (
    <DropMenu
      className={css.target}
      width={280}
      groups={groups}
      head={
        <>
          <strong>{name}</strong>
          <div className="subtle">{me.member.email}</div>
        </>
      }
      button={
        <>
          <Avatar size={32} radius="xl" color="teal" variant="light" aria-hidden>
            {name.slice(0, 1).toUpperCase()}
          </Avatar>
          <span className={css.account}>{me.account.name || name}</span>
          <span className="hidden-visually">{t('profile.menu')}</span>
        </>
      }
    />
  )
}

function useGroups(): MenuGroup[] {
  const { t } = useTranslation('shell')
  const me = useMe()
  const router = useRouter()
  const schemes = useSchemeItems()
  const languages = useLangItems()
  const go = (to: string) => () => void router.navigate({ to: to as '/' })
  const accounts = me.accounts.map((a) => ({
    key: a.id,
    icon: IconBuilding,
    label: a.name || t('profile.unnamed'),
    checked: a.id === me.account.id,
    onSelect: () => void (a.id !== me.account.id && openAccount(a.id)),
  }))
  return [
    ...(accounts.length > 1 ? [{ key: 'accounts', label: t('profile.accounts'), items: accounts }] : []),
    {
      key: 'places',
      items: [
        { key: 'profile', icon: IconUser, label: t('profile.profile'), onSelect: go('/settings/profile') },
        { key: 'security', icon: IconShieldLock, label: t('profile.security'), onSelect: go('/settings/security') },
        { key: 'keys', icon: IconKeyboard, label: t('profile.shortcuts'), onSelect: openShortcuts },
      ],
    },
    { key: 'scheme', label: t('scheme.label'), items: schemes, phone: true },
    { key: 'lang', label: t('common:language'), items: languages, phone: true },
    { key: 'out', items: [{ key: 'out', icon: IconLogout, label: t('profile.sign_out'), onSelect: () => void leave() }] },
  ]
}

// Both load the page anew, so that nothing of the other account stays in memory.
async function leave() {
  try {
    await signOut()
    location.assign('/sign-in')
  } catch (e) {
    toastProblem(e)
  }
}

async function openAccount(id: string) {
  try {
    await switchAccount({ body: { account: id } })
    location.assign('/')
  } catch (e) {
    toastProblem(e)
  }
}
