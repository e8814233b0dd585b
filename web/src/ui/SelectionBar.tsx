import { Button, CloseButton } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useFmt } from '@/lib/useFmt'
import css from './SelectionBar.module.css'

interface Props {
  /** How many rows are meant; with `all`, as many as the filter lets through. */
  count: number
  /** The count is a lower bound. */
  approx?: boolean
  all?: boolean
  /** Offered while only some of them are chosen: everything that the filter lets through. */
  onAll?: () => void
  total?: number
  onClear: () => void
  /** What can be done with them. */
  children: ReactNode
}

/** SelectionBar stands at the bottom while rows are chosen: how many, the way to choose all, what to do with them. */
export function SelectionBar({ count, approx, all, onAll, total, onClear, children }: Props) {
  const { t } = useTranslation('ui')
  const fmt = useFmt()
  const n = fmt.total({ n: count, approx: approx && all })
  return (
    <section className={css.bar} aria-label={t('selection.label')}>
      <div className={css.count} aria-live="polite">
        {t(all ? 'selection.all' : 'selection.some', { count, n })}
      </div>
      {!all && onAll && total !== undefined && total > count && (
        <Button variant="subtle" size="compact-sm" onClick={onAll}>
          {t('selection.choose_all', { n: fmt.total({ n: total, approx }) })}
        </Button>
      )}
      <div className={css.actions}>{children}</div>
      <CloseButton aria-label={t('selection.clear')} onClick={onClear} />
    </section>
  )
}
