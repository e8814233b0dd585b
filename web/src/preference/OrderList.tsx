import { ActionIcon, Checkbox } from '@mantine/core'
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import css from './Preference.module.css'
import { move } from './order'

interface Item {
  id: string
  name: string
  on: boolean
  /** Cannot be taken off the page. */
  fixed?: boolean
}

interface Props {
  label: string
  items: Item[]
  disabled?: boolean
  onOrder: (ids: string[]) => void
  onToggle: (id: string, on: boolean) => void
}

/** OrderList chooses what stands on the page and in which order; what does not stand there comes last. */
export function OrderList({ label, items, disabled, onOrder, onToggle }: Props) {
  const { t } = useTranslation('preference')
  const ids = items.filter((i) => i.on).map((i) => i.id)
  const shown = [...items.filter((i) => i.on), ...items.filter((i) => !i.on)]
  return (
    <ul className={css.order} aria-label={label}>
      {shown.map((item, at) => (
        <li key={item.id}>
          <Checkbox label={item.name} checked={item.on} disabled={disabled || item.fixed} onChange={(e) => onToggle(item.id, e.currentTarget.checked)} />
          <span className={css.arrows}>
            <ActionIcon variant="subtle" aria-label={t('up', { name: item.name })} disabled={disabled || !item.on || at === 0} onClick={() => onOrder(move(ids, at, -1))}>
              <IconArrowUp size={18} aria-hidden />
            </ActionIcon>
            <ActionIcon variant="subtle" aria-label={t('down', { name: item.name })} disabled={disabled || at >= ids.length - 1} onClick={() => onOrder(move(ids, at, 1))}>
              <IconArrowDown size={18} aria-hidden />
            </ActionIcon>
          </span>
        </li>
      ))}
    </ul>
  )
}
