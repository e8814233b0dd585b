import { IconCheck } from '@tabler/icons-react'
import { type ComponentType, type KeyboardEvent, type ReactNode, type RefObject, useEffect, useId, useRef, useState } from 'react'
import css from './DropMenu.module.css'

type Icon = ComponentType<{ size?: number; stroke?: number; 'aria-hidden'?: boolean }>

export interface MenuItem {
  key: string
  label: string
  icon?: Icon
  onSelect: () => void
  /** One of a choice: drawn with a tick when true. */
  checked?: boolean
  /** Language of the label when it is not that of the interface. */
  lang?: string
}

export interface MenuGroup {
  key: string
  /** Heading of the group. */
  label?: string
  items: MenuItem[]
  /** Drawn on phones only. */
  phone?: boolean
}

interface Props {
  /** Content of the button, and its name when the content is an icon. */
  button: ReactNode
  label?: string
  className?: string
  /** Over the groups: who is signed in. */
  head?: ReactNode
  groups: MenuGroup[]
  /** Where it opens from the button. */
  side?: 'end' | 'start' | 'up'
  width?: number
}

/**
 * DropMenu is a button with a menu of actions under it. It stands where its place is known (bars of the shell), so it needs
 * no library that computes places; elsewhere take the kit's Menu.
 */
export function DropMenu({ button, label, className, head, groups, side = 'end', width = 240 }: Props) {
  const drop = useDrop()
  const id = useId()
  const onKey = (e: KeyboardEvent) => {
    const items = [...(drop.layer.current?.querySelectorAll<HTMLElement>('[data-item]') ?? [])].filter((i) => i.offsetParent !== null)
    const at = items.indexOf(document.activeElement as HTMLElement)
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 }[e.code]
    if (to === undefined || items.length === 0) return
    e.preventDefault()
    items[to % items.length]?.focus()
  }
  return (
    <div className={css.place} ref={drop.place}>
      <button
        type="button"
        ref={drop.button}
        className={className}
        aria-label={label}
        data-tip={drop.open ? undefined : label}
        aria-haspopup="menu"
        aria-expanded={drop.open}
        aria-controls={drop.open ? id : undefined}
        onClick={drop.toggle}
      >
        {button}
      </button>
      {drop.open && (
        <div id={id} ref={drop.layer} className={css.layer} data-side={side} style={{ width }}>
          {head && <div className={css.head}>{head}</div>}
          <div role="menu" tabIndex={-1} aria-label={label} onKeyDown={onKey}>
            {groups.map((g) => (
              <div key={g.key} role="group" aria-label={g.label} className={css.group} data-phone={g.phone || undefined}>
                {g.label && <div className={css.label}>{g.label}</div>}
                {g.items.map((i) => (
                  <Item key={i.key} item={i} close={drop.close} />
                ))}
              </div>
            ))}
          </div>
        </div>
      )}
    </div>
  )
}

function Item({ item, close }: { item: MenuItem; close: () => void }) {
  const Icon = item.icon
  const radio = item.checked !== undefined
  return (
    <button
      type="button"
      role={radio ? 'menuitemradio' : 'menuitem'}
      aria-checked={item.checked}
      lang={item.lang}
      tabIndex={-1}
      data-item
      className={css.item}
      onClick={() => {
        close()
        item.onSelect()
      }}
    >
      {Icon && <Icon size={18} stroke={1.7} aria-hidden />}
      <span className={css.text}>{item.label}</span>
      {item.checked && <IconCheck size={16} aria-hidden />}
    </button>
  )
}

interface PanelProps {
  button: ReactNode
  label: string
  className?: string
  width?: number
  children: (close: () => void) => ReactNode
}

/** DropPanel is a button with a panel of content under it (the tray of jobs). */
export function DropPanel({ button, label, className, width = 380, children }: PanelProps) {
  const drop = useDrop()
  const id = useId()
  return (
    <div className={css.place} ref={drop.place}>
      <button
        type="button"
        ref={drop.button}
        className={className}
        aria-label={label}
        data-tip={drop.open ? undefined : label}
        aria-haspopup="dialog"
        aria-expanded={drop.open}
        aria-controls={drop.open ? id : undefined}
        onClick={drop.toggle}
      >
        {button}
      </button>
      {drop.open && (
        <div id={id} ref={drop.layer} role="dialog" aria-label={label} className={css.layer} data-side="end" data-panel style={{ width }}>
          {children(drop.close)}
        </div>
      )}
    </div>
  )
}

interface Drop {
  open: boolean
  toggle: () => void
  close: () => void
  place: RefObject<HTMLDivElement | null>
  button: RefObject<HTMLButtonElement | null>
  layer: RefObject<HTMLDivElement | null>
}

// Opens with the focus on the first item; Escape and choosing give it back to the button; a press or the focus elsewhere closes.
function useDrop(): Drop {
  const [open, setOpen] = useState(false)
  const place = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const layer = useRef<HTMLDivElement>(null)
  const close = () => {
    setOpen(false)
    button.current?.focus()
  }
  useEffect(() => {
    if (!open) return
    layer.current?.querySelector<HTMLElement>('[data-item], [data-autofocus], a, button')?.focus()
    const outside = (e: Event) => {
      if (!place.current?.contains(e.target as Node)) setOpen(false)
    }
    const escape = (e: globalThis.KeyboardEvent) => {
      if (e.code !== 'Escape') return
      e.preventDefault()
      setOpen(false)
      button.current?.focus()
    }
    document.addEventListener('pointerdown', outside)
    document.addEventListener('focusin', outside)
    document.addEventListener('keydown', escape)
    return () => {
      document.removeEventListener('pointerdown', outside)
      document.removeEventListener('focusin', outside)
      document.removeEventListener('keydown', escape)
    }
  }, [open])
  return { open, toggle: () => setOpen(!open), close, place, button, layer }
}
