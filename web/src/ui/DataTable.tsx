import { Button } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import { Link, type LinkProps } from '@tanstack/react-router'
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { type MouseEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useKeys } from '@/lib/hotkeys'
import css from './DataTable.module.css'

export interface Column<T> {
  key: string
  header: string
  cell: (row: T) => ReactNode
  /** Figures stand at the right. */
  numeric?: boolean
  /** CSS width: "30%", "120px"; the rest is shared. */
  width?: string
  /** The server sorts by this name. */
  sort?: string
  /** Narrower windows leave the column out. */
  from?: 'md' | 'lg'
  /** Place in the two-line row of a phone: title (once), side (right of the title), line (second line); else left out. */
  phone?: 'title' | 'side' | 'line'
}

export interface Sort {
  by: string
  desc: boolean
}

interface Props<T> {
  /** Names the table for screen readers. */
  label: string
  columns: Column<T>[]
  rows: T[]
  rowKey: (row: T) => string
  /** Where a row leads: by a click, by Enter on its first cell. */
  rowLink?: (row: T) => LinkProps
  /** Names the row in its checkbox. */
  rowName?: (row: T) => string
  sort?: Sort
  onSort?: (sort: Sort) => void
  selection?: { keys: ReadonlySet<string>; onChange: (keys: Set<string>) => void }
  /** All rows that there are, when known; for aria-rowcount. */
  total?: number
  more?: { has: boolean; loading: boolean; failed?: boolean; load: () => void }
  compact?: boolean
  /** Drawn in place of rows. */
  empty?: ReactNode
}

const virtualFrom = 100

/** DataTable shows rows that the server sorted and cut; on phones a list of two-line rows. */
export function DataTable<T>(props: Props<T>) {
  const phone = useMediaQuery('(max-width: 47.99em)', false, { getInitialValueInEffect: false })
  const box = useRef<HTMLDivElement>(null)
  useKeys(rowKeys(box))
  if (props.rows.length === 0 && props.empty) return <>{props.empty}</>
  return (
    <div ref={box} className={css.box}>
      {phone ? <PhoneList {...props} /> : <WideTable {...props} />}
      <More more={props.more} />
    </div>
  )
}

// J and K walk over the rows, Enter opens the focused one (it is a link), X selects it.
function rowKeys(box: React.RefObject<HTMLDivElement | null>) {
  const rows = () => [...(box.current?.querySelectorAll<HTMLElement>('[data-row]') ?? [])]
  const at = () => rows().findIndex((r) => r.contains(document.activeElement))
  const go = (step: number) => {
    const all = rows()
    const next = all[Math.min(Math.max(at() + step, 0), all.length - 1)]
    next?.querySelector<HTMLElement>('a, button, input')?.focus()
    next?.scrollIntoView({ block: 'nearest' })
  }
  return {
    J: () => go(1),
    K: () => go(-1),
    X: () => rows()[at()]?.querySelector<HTMLInputElement>('input[type=checkbox]')?.click(),
  }
}

function WideTable<T>(p: Props<T>) {
  const { t } = useTranslation('ui')
  const body = useRef<HTMLTableElement>(null)
  const height = p.compact ? 36 : 44
  const virtual = useRows(body, p.rows.length, height)
  const columnCount = p.columns.length + (p.selection ? 1 : 0)
  return (
    <table
      ref={body}
      className={css.table}
      aria-label={p.label}
      aria-rowcount={p.total === undefined ? -1 : p.total + 1}
      data-compact={p.compact || undefined}
    >
      <thead>
        <tr aria-rowindex={1}>
          {p.selection && (
            <th className={css.check}>
              <SelectAll {...p} label={t('table.select_all')} />
            </th>
          )}
          {p.columns.map((c) => (
            <HeaderCell key={c.key} column={c} sort={p.sort} onSort={p.onSort} />
          ))}
        </tr>
      </thead>
      <tbody>
        <Gap height={virtual.before} columns={columnCount} />
        {virtual.indexes.map((i) => (
          <Row key={p.rowKey(p.rows[i]!)} row={p.rows[i]!} index={i} table={p} />
        ))}
        <Gap height={virtual.after} columns={columnCount} />
      </tbody>
    </table>
  )
}

function useRows(table: React.RefObject<HTMLTableElement | null>, count: number, height: number) {
  const [margin, setMargin] = useState(0)
  useLayoutEffect(() => setMargin((table.current?.offsetTop ?? 0) + height), [table, height])
  const on = count >= virtualFrom
  const v = useWindowVirtualizer({ count: on ? count : 0, estimateSize: () => height, overscan: 12, scrollMargin: margin })
  if (!on) return { indexes: Array.from({ length: count }, (_, i) => i), before: 0, after: 0 }
  const items = v.getVirtualItems()
  const before = (items[0]?.start ?? margin) - margin
  const after = v.getTotalSize() - ((items.at(-1)?.end ?? margin) - margin)
  return { indexes: items.map((i) => i.index), before, after }
}

function Gap({ height, columns }: { height: number; columns: number }) {
  if (height <= 0) return null
  return (
    <tr aria-hidden className={css.gap} style={{ height }}>
      <td colSpan={columns} />
    </tr>
  )
}

interface HeaderProps<T> {
  column: Column<T>
  sort?: Sort
  onSort?: (s: Sort) => void
}

function HeaderCell<T>({ column: c, sort, onSort }: HeaderProps<T>) {
  const mine = c.sort !== undefined && sort?.by === c.sort
  const direction = mine ? (sort.desc ? 'descending' : 'ascending') : undefined
  const Arrow = sort?.desc ? IconArrowDown : IconArrowUp
  return (
    <th scope="col" aria-sort={direction} style={{ width: c.width }} data-numeric={c.numeric || undefined} data-from={c.from}>
      {c.sort && onSort ? (
        <button type="button" className={css.sort} onClick={() => onSort({ by: c.sort!, desc: mine ? !sort.desc : false })}>
          {c.header}
          {mine && <Arrow size={14} aria-hidden />}
        </button>
      ) : (
        c.header
      )}
    </th>
  )
}

function Row<T>({ row, index, table: p }: { row: T; index: number; table: Props<T> }) {
  const key = p.rowKey(row)
  const selected = p.selection?.keys.has(key) ?? false
  const link = p.rowLink?.(row)
  return (
    <tr data-row aria-rowindex={index + 2} data-selected={selected || undefined} data-link={link ? true : undefined} onClick={openRow}>
      {p.selection && (
        <td className={css.check}>
          <SelectOne keyOf={key} name={p.rowName?.(row) ?? key} selection={p.selection} />
        </td>
      )}
      {p.columns.map((c, i) => (
        <td key={c.key} data-numeric={c.numeric || undefined} data-from={c.from}>
          {i === 0 && link ? (
            <Link {...link} className={css.link} data-open>
              {c.cell(row)}
            </Link>
          ) : (
            c.cell(row)
          )}
        </td>
      ))}
    </tr>
  )
}

// A click anywhere in the row opens it, unless it meant something else: a control, or selecting text.
function openRow(e: MouseEvent<HTMLElement>) {
  if ((e.target as HTMLElement).closest('a, button, input, label') || getSelection()?.toString()) return
  e.currentTarget.querySelector<HTMLAnchorElement>('a[data-open]')?.click()
}

function PhoneList<T>(p: Props<T>) {
  const of = (place: Column<T>['phone']) => p.columns.filter((c) => c.phone === place)
  const title = of('title')[0] ?? p.columns[0]!
  return (
    <ul className={css.list} aria-label={p.label}>
      {p.rows.map((row) => {
        const key = p.rowKey(row)
        const link = p.rowLink?.(row)
        return (
          <li key={key} data-row className={css.item} data-link={link ? true : undefined} onClick={openRow}>
            {p.selection && <SelectOne keyOf={key} name={p.rowName?.(row) ?? key} selection={p.selection} />}
            <div className={css.lines}>
              <div className={css.first}>
                <span className={css.title}>
                  {link ? (
                    <Link {...link} className={css.link} data-open>
                      {title.cell(row)}
                    </Link>
                  ) : (
                    title.cell(row)
                  )}
                </span>
                {of('side').map((c) => (
                  <span key={c.key}>{c.cell(row)}</span>
                ))}
              </div>
              <div className={css.second}>
                {of('line').map((c) => (
                  <span key={c.key}>{c.cell(row)}</span>
                ))}
              </div>
            </div>
          </li>
        )
      })}
    </ul>
  )
}

interface SelectOneProps {
  keyOf: string
  name: string
  selection: NonNullable<Props<unknown>['selection']>
}

// Plain inputs: the kit's checkboxes cost a frame each while scrolling.
function SelectOne({ keyOf, name, selection }: SelectOneProps) {
  const { t } = useTranslation('ui')
  const toggle = () => {
    const next = new Set(selection.keys)
    if (!next.delete(keyOf)) next.add(keyOf)
    selection.onChange(next)
  }
  return (
    <label className={css.tick}>
      <input type="checkbox" checked={selection.keys.has(keyOf)} onChange={toggle} aria-label={t('table.select', { name })} />
    </label>
  )
}

function SelectAll<T>({ rows, rowKey, selection, label }: Props<T>) {
  if (!selection) return null
  const all = rows.length > 0 && rows.every((r) => selection.keys.has(rowKey(r)))
  const some = !all && rows.some((r) => selection.keys.has(rowKey(r)))
  return (
    <label className={css.tick}>
      <input
        type="checkbox"
        checked={all}
        ref={(el) => {
          if (el) el.indeterminate = some
        }}
        onChange={() => selection.onChange(all ? new Set() : new Set(rows.map(rowKey)))}
        aria-label={label}
      />
    </label>
  )
}

// The next page is asked for before the end comes into sight; the button is for keyboards and for a page that failed.
function More({ more }: { more?: Props<unknown>['more'] }) {
  const { t } = useTranslation('ui')
  const end = useRef<HTMLDivElement>(null)
  const load = useRef(more?.load)
  load.current = more?.load
  const wanted = more?.has === true && !more.loading && !more.failed
  useEffect(() => {
    if (!wanted || !end.current) return
    const seen = new IntersectionObserver(([e]) => e?.isIntersecting && load.current?.(), { rootMargin: '1200px' })
    seen.observe(end.current)
    return () => seen.disconnect()
  }, [wanted])
  if (!more?.has) return null
  return (
    <div ref={end} className={css.more}>
      <Button variant="default" loading={more.loading} onClick={more.load}>
        {t('table.more')}
      </Button>
    </div>
  )
}
