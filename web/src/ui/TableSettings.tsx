import { Button, Menu } from '@mantine/core'
import { IconAdjustmentsHorizontal, IconCheck } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

/** TableView is how a person likes a table: which columns, how dense. */
export interface TableView {
  columns: string[]
  compact: boolean
}

/** useTableView keeps the person's view of one table in this browser. */
export function useTableView(key: string, usual: TableView): [TableView, (v: TableView) => void] {
  const name = `table:${key}`
  const [view, setView] = useState<TableView>(() => read(name) ?? usual)
  const keep = (v: TableView) => {
    setView(v)
    try {
      localStorage.setItem(name, JSON.stringify(v))
    } catch {
      // A browser without storage: the choice lasts as long as the page.
    }
  }
  return [view, keep]
}

function read(name: string): TableView | null {
  try {
    const v = JSON.parse(localStorage.getItem(name) ?? 'null') as Partial<TableView> | null
    return v && Array.isArray(v.columns) ? { columns: v.columns.filter((c) => typeof c === 'string'), compact: v.compact === true } : null
  } catch {
    return null
  }
}

interface Props {
  /** Columns that may be shown or not, in the order of the table. */
  columns: { key: string; label: string }[]
  view: TableView
  onChange: (v: TableView) => void
}

/** TableSettings is the button behind which columns and density are chosen. */
export function TableSettings({ columns, view, onChange }: Props) {
  const { t } = useTranslation('ui')
  const toggle = (key: string) =>
    onChange({ ...view, columns: view.columns.includes(key) ? view.columns.filter((k) => k !== key) : [...view.columns, key] })
  const tick = (on: boolean) => (on ? <IconCheck size={16} aria-hidden /> : <span style={{ width: 16 }} />)
  return (
    <Menu closeOnItemClick={false} width={260}>
      <Menu.Target>
        <Button variant="default" px="xs" aria-label={t('table.settings')}>
          <IconAdjustmentsHorizontal size={18} aria-hidden />
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={420} style={{ overflowY: 'auto' }}>
        <Menu.Label>{t('table.columns')}</Menu.Label>
        {columns.map((c) => (
          <Menu.Item key={c.key} role="menuitemcheckbox" aria-checked={view.columns.includes(c.key)} leftSection={tick(view.columns.includes(c.key))} onClick={() => toggle(c.key)}>
            {c.label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item role="menuitemcheckbox" aria-checked={view.compact} leftSection={tick(view.compact)} onClick={() => onChange({ ...view, compact: !view.compact })}>
          {t('table.compact')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
