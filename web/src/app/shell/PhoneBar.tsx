import { IconAddressBook, IconDots, IconHome, IconSend } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useMe } from '../session'
import { CreateMenu } from './CreateMenu'
import css from './PhoneBar.module.css'

/** PhoneBar is the bottom bar of phones: the commonest places under the thumb. */
export function PhoneBar({ onMore }: { onMore: () => void }) {
  const { t } = useTranslation('shell')
  const { permissions } = useMe()
  const can = (p: string) => permissions.includes(p)
  return (
    <nav className={css.bar} aria-label={t('nav.bottom')}>
      <Place to="/" exact icon={IconHome} text={t('nav.home')} />
      {can('contacts.view') && <Place to="/contacts" icon={IconAddressBook} text={t('bar.contacts')} />}
      <CreateMenu look="bar" className={css.place} />
      {can('campaigns.view') && <Place to="/campaigns" icon={IconSend} text={t('bar.campaigns')} />}
      <button type="button" className={css.place} onClick={onMore}>
        <IconDots size={22} aria-hidden />
        <span>{t('nav.more')}</span>
      </button>
    </nav>
  )
}

interface PlaceProps {
  to: string
  exact?: boolean
  icon: typeof IconHome
  text: string
}

function Place({ to, exact = false, icon: Icon, text }: PlaceProps) {
  return (
    <Link to={to as '/'} className={css.place} activeOptions={{ exact, includeSearch: false }}>
      <Icon size={22} stroke={1.7} aria-hidden />
      <span>{text}</span>
    </Link>
  )
}
