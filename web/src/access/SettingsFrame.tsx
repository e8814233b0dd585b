import { Link, Outlet, useRouterState } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useMe } from '@/app/session'
import css from './SettingsFrame.module.css'

interface Place {
  to: string
  name: string
  needs?: string
}

/** Pages of settings, in the order of their menu. */
export const places: Place[] = [
  { to: '/settings/profile', name: 'nav.profile' },
  { to: '/settings/security', name: 'nav.security' },
  { to: '/settings/company', name: 'nav.company' },
  { to: '/settings/fields', name: 'nav.fields', needs: 'contacts.view' },
  { to: '/settings/consents', name: 'nav.consents', needs: 'contacts.view' },
  { to: '/settings/privacy', name: 'nav.privacy', needs: 'contacts.view' },
  { to: '/settings/team', name: 'nav.team', needs: 'team.manage' },
  { to: '/settings/keys', name: 'nav.keys', needs: 'keys.manage' },
  { to: '/settings/documents', name: 'nav.documents', needs: 'audit.view' },
  { to: '/settings/showcase', name: 'nav.showcase', needs: 'account.manage' },
  { to: '/settings/audit', name: 'nav.audit', needs: 'audit.view' },
]

/** SettingsFrame puts the menu of settings beside the page; on phones above it. */
export function SettingsFrame() {
  const { t } = useTranslation('settings')
  const { permissions } = useMe()
  const nav = useRef<HTMLElement>(null)
  const path = useRouterState({ select: (x) => x.location.pathname })
  useEffect(() => {
    // On phones the menu is one line that scrolls sideways: show where we are.
    nav.current?.querySelector('[aria-current=page]')?.scrollIntoView({ block: 'nearest', inline: 'center' })
  }, [path])
  return (
    <div className={css.frame}>
      <nav ref={nav} aria-label={t('nav.label')} className={css.nav}>
        <ul>
          {places
            .filter((p) => !p.needs || permissions.includes(p.needs))
            .map((p) => (
              <li key={p.to}>
                <Link to={p.to as '/'} className={css.item}>
                  {t(p.name)}
                </Link>
              </li>
            ))}
        </ul>
      </nav>
      <div className={css.page}>
        <Outlet />
      </div>
    </div>
  )
}
