import { Avatar, Menu, UnstyledButton } from '@mantine/core'
import { IconBuilding, IconCheck, IconKeyboard, IconLogout, IconShieldLock, IconUser } from '@tabler/icons-react'
import { useRouter } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { signOut, switchAccount } from '@/api'
import { toastProblem } from '@/ui/toast'
import { useMe } from '../session'
import css from './ProfileMenu.module.css'
import { LangItems, SchemeItems } from './Preferences'
import { openShortcuts } from './Shortcuts.open'

/** ProfileMenu: who is signed in, which account is open, the way out; on phones also scheme and language. */
export function ProfileMenu() {
  const { t } = useTranslation('shell')
  const me = useMe()
  const router = useRouter()
  const go = (to: string) => void router.navigate({ to: to as '/' })
  const name = [me.member.first_name, me.member.last_name].filter(Boolean).join(' ') || me.member.email
  const initials = name.slice(0, 1).toUpperCase()
  return (
    <Menu width={280}>
      <Menu.Target>
        <UnstyledButton className={css.target}>
          <Avatar size={32} radius="xl" color="teal" variant="light" aria-hidden>
            {initials}
          </Avatar>
          <span className={css.account}>{me.account.name || name}</span>
          <span className="hidden-visually">{t('profile.menu')}</span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={css.who}>
          <strong>{name}</strong>
          <span className="subtle">{me.member.email}</span>
        </div>
        {me.accounts.length > 1 && (
          <>
            <Menu.Divider />
            <Menu.Label>{t('profile.accounts')}</Menu.Label>
            {me.accounts.map((a) => (
              <Menu.Item
                key={a.id}
                role="menuitemradio"
                aria-checked={a.id === me.account.id}
                leftSection={<IconBuilding size={18} stroke={1.7} aria-hidden />}
                rightSection={a.id === me.account.id && <IconCheck size={16} aria-hidden />}
                onClick={() => a.id !== me.account.id && void openAccount(a.id)}
              >
                {a.name || t('profile.unnamed')}
              </Menu.Item>
            ))}
          </>
        )}
        <Menu.Divider />
        <Menu.Item leftSection={<IconUser size={18} stroke={1.7} aria-hidden />} onClick={() => go('/settings/profile')}>
          {t('profile.profile')}
        </Menu.Item>
        <Menu.Item leftSection={<IconShieldLock size={18} stroke={1.7} aria-hidden />} onClick={() => go('/settings/security')}>
          {t('profile.security')}
        </Menu.Item>
        <Menu.Item leftSection={<IconKeyboard size={18} stroke={1.7} aria-hidden />} onClick={openShortcuts}>
          {t('profile.shortcuts')}
        </Menu.Item>
        <div className={css.phone}>
          <Menu.Divider />
          <Menu.Label>{t('scheme.label')}</Menu.Label>
          <SchemeItems />
          <Menu.Divider />
          <Menu.Label>{t('common:language')}</Menu.Label>
          <LangItems />
        </div>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={18} stroke={1.7} aria-hidden />} onClick={() => void leave()}>
          {t('profile.sign_out')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
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
