import { IconPlus } from '@tabler/icons-react'
import { useRouter } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { DropMenu } from '@/ui/DropMenu'
import { creations } from '../nav'
import { useMe } from '../session'
import css from './CreateMenu.module.css'

interface Props {
  /** full: a button with its word; icon: the folded menu; bar: in the bottom bar of phones. */
  look: 'full' | 'icon' | 'bar'
  className?: string
}

/** CreateMenu offers what the person may create. Without any right it is not drawn. */
export function CreateMenu({ look, className }: Props) {
  const { t } = useTranslation('shell')
  const router = useRouter()
  const { permissions } = useMe()
  const items = creations
    .filter((c) => permissions.includes(c.needs))
    .map((c) => ({ key: c.to, icon: c.icon, label: t(c.name), onSelect: () => void router.navigate({ to: c.to as '/' }) }))
  if (items.length === 0) return null
  return (
    <div className={look === 'bar' ? css.bar : css.wide}>
      <DropMenu
        className={className ?? css.button}
        label={look === 'icon' ? t('create.button') : undefined}
        side={look === 'bar' ? 'up' : 'start'}
        groups={[{ key: 'create', items }]}
        button={
          <>
            <IconPlus size={look === 'bar' ? 22 : 18} aria-hidden />
            {look !== 'icon' && <span>{t('create.button')}</span>}
          </>
        }
      />
    </div>
  )
}
