import { IconAdjustmentsHorizontal, IconArrowDown, IconArrowUp, IconCopy, IconTrash } from '@tabler/icons-react'
import type { ComponentType, MouseEvent } from 'react'
import { useTranslation } from 'react-i18next'
import css from './Canvas.module.css'
import { useBuilder } from './context'
import { useDeeds } from './useDeeds'

/** BlockBar stands over the chosen block: up, down, duplicate, save, delete. The same keys do the same. */
export function BlockBar({ id }: { id: string }) {
  const { t } = useTranslation('builder')
  const { inspect, canEdit, narrow } = useBuilder()
  const deeds = useDeeds(id)
  if (!canEdit) return null
  return (
    <div className={css.bar} role="toolbar" aria-label={deeds.name} contentEditable={false}>
      <span className={css.barName}>{deeds.name}</span>
      {narrow && <Tool icon={IconAdjustmentsHorizontal} label={t('tool.inspect')} onClick={inspect} />}
      {deeds.can && (
        <>
          <Tool icon={IconArrowUp} label={t('tool.up')} disabled={!deeds.canUp} onClick={() => deeds.move(-1)} />
          <Tool icon={IconArrowDown} label={t('tool.down')} disabled={!deeds.canDown} onClick={() => deeds.move(1)} />
          <Tool icon={IconCopy} label={t('tool.duplicate')} onClick={deeds.duplicate} />
          <Tool icon={IconTrash} label={t('tool.remove')} onClick={deeds.remove} />
        </>
      )}
    </div>
  )
}

interface ToolProps {
  icon: ComponentType<{ size?: number; stroke?: number; 'aria-hidden'?: boolean }>
  label: string
  disabled?: boolean
  onClick: () => void
}

/** Tool is one small button of a bar, named for those who do not see its picture. */
export function Tool({ icon: Icon, label, disabled, onClick }: ToolProps) {
  const press = (e: MouseEvent) => {
    e.preventDefault()
    if (!disabled) onClick()
  }
  // Not `disabled`: the focus must stay where it is when a block reaches the end.
  return (
    <button type="button" className={css.tool} aria-label={label} title={label} aria-disabled={disabled || undefined} onClick={press}>
      <Icon size={18} stroke={1.7} aria-hidden />
    </button>
  )
}
