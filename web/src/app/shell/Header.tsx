import { IconMenu2, IconSearch } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { keyLabel } from '@/lib/hotkeys'
import { product } from '../session'
import css from './Header.module.css'
import { JobsTray } from './JobsTray'
import { Mark } from './Mark'
import { LangMenu, SchemeMenu } from './Preferences'
import { ProfileMenu } from './ProfileMenu'

interface Props {
  onMenu: () => void
  onSearch: () => void
}

export function Header({ onMenu, onSearch }: Props) {
  const { t } = useTranslation('shell')
  return (
    <header className={css.header}>
      <div className={css.phone}>
        <button type="button" className={css.icon} aria-label={t('menu')} onClick={onMenu}>
          <IconMenu2 size={22} aria-hidden />
        </button>
        <Link to="/" aria-label={product().product} className={css.mark}>
          <Mark size={28} />
        </Link>
      </div>
      <button type="button" className={css.search} onClick={onSearch}>
        <IconSearch size={16} aria-hidden />
        <span>{t('search')}</span>
        <span className={css.keys} aria-hidden>
          {keyLabel('mod+K').map((k) => (
            <kbd key={k}>{k}</kbd>
          ))}
        </span>
      </button>
      <div className={css.right}>
        {product().sandbox && (
          <a href={product().sandbox} className={css.sandbox} target="_blank" rel="noreferrer" data-tip={t('sandbox.hint')}>
            {t('sandbox.link')}
          </a>
        )}
        <JobsTray />
        <span className={css.wide}>
          <SchemeMenu />
          <LangMenu />
        </span>
        <ProfileMenu />
      </div>
    </header>
  )
}
