import { useMediaQuery } from '@mantine/hooks'
import { IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { nav, type NavItem } from '../nav'
import { product, useMe } from '../session'
import { Mark } from './Mark'
import { CreateMenu } from './CreateMenu'
import css from './Sidebar.module.css'

interface Props {
  folded?: boolean
  onFold?: () => void
  inDrawer?: boolean
}

/** Sidebar is the menu: names at full width, icons with tooltips when folded. */
export function Sidebar({ folded: chosen, onFold, inDrawer }: Props) {
  const { t } = useTranslation('shell')
  const narrow = useMediaQuery('(max-width: 74.99em)', false, { getInitialValueInEffect: false })
  const folded = !inDrawer && (narrow || chosen)
  const { permissions } = useMe()
  const visible = (i: NavItem) => !i.needs || permissions.includes(i.needs)
  return (
    <div className={css.side} data-folded={folded || undefined}>
      {!inDrawer && (
        <Link to="/" className={css.brand} aria-label={product().product}>
          <Mark />
          {!folded && <span>{product().product}</span>}
        </Link>
      )}
      <CreateMenu look={folded ? 'icon' : 'full'} />
      <nav aria-label={t('nav.label')} className={css.nav}>
        {nav.map((g) => {
          const items = g.items.filter(visible)
          if (items.length === 0) return null
          return (
            <div key={g.name ?? ''} className={css.group}>
              {g.name && !folded && <div className={css.heading}>{t(g.name)}</div>}
              <ul className={css.list}>
                {items.map((i) => (
                  <Item key={i.to} item={i} folded={folded} />
                ))}
              </ul>
            </div>
          )
        })}
      </nav>
      {onFold && !narrow && <FoldButton folded={chosen} onFold={onFold} />}
    </div>
  )
}

function Item({ item, folded }: { item: NavItem; folded?: boolean }) {
  const { t } = useTranslation('shell')
  const Icon = item.icon
  return (
    <li>
      <Link
        to={item.to as '/'}
        className={css.item}
        activeOptions={{ exact: item.exact ?? false, includeSearch: false }}
        aria-label={folded ? t(item.name) : undefined}
        data-tip={folded ? t(item.name) : undefined}
        data-tip-side="right"
      >
        <Icon size={20} stroke={1.7} aria-hidden />
        {!folded && <span>{t(item.name)}</span>}
      </Link>
    </li>
  )
}

function FoldButton({ folded, onFold }: { folded?: boolean; onFold: () => void }) {
  const { t } = useTranslation('shell')
  const Icon = folded ? IconLayoutSidebarLeftExpand : IconLayoutSidebarLeftCollapse
  const text = folded ? t('unfold') : t('fold')
  return (
    <button type="button" className={css.fold} onClick={onFold} aria-label={text} aria-expanded={!folded} data-tip={text} data-tip-side="right">
      <Icon size={20} stroke={1.7} aria-hidden />
    </button>
  )
}
