import { useTranslation } from 'react-i18next'
import type { Contact } from '@/api'
import { useFmt } from '@/lib/useFmt'
import type { Column } from '@/ui/DataTable'
import { useTableView } from '@/ui/TableSettings'
import { ConsentPill } from './ConsentPill'
import { advertisingByEmail, fullName, shownValue, useFields, useLists, useTags } from './contact'

const usual = { columns: ['name', 'phone', 'consent', 'added'], compact: false }

/** useContactColumns gives the columns that the person chose among those there are, the account's fields included. */
export function useContactColumns() {
  const { t } = useTranslation('contact')
  const [view, setView] = useTableView('contacts', usual)
  const all = useAllColumns()
  return {
    columns: all.filter((c) => c.key === 'address' || view.columns.includes(c.key)).map((c) => ({ ...c, from: view.columns.length > 4 ? undefined : c.from })),
    settings: { columns: all.filter((c) => c.key !== 'address').map((c) => ({ key: c.key, label: c.header || t('list.address') })), view, onChange: setView },
    compact: view.compact,
  }
}

function useAllColumns(): Column<Contact>[] {
  const { t } = useTranslation('contact')
  const fmt = useFmt()
  const names = useNames()
  const fields = useFields()
  const custom = (fields.data ?? []).filter((f) => !f.builtin)
  return [
    { key: 'address', header: t('list.address'), width: '28%', sort: 'email', cell: (c) => c.email || fmt.phone(c.phone) || t('list.no_address'), phone: 'title' },
    { key: 'name', header: t('list.name'), sort: 'last_name', cell: (c) => fullName(c), phone: 'line' },
    { key: 'phone', header: t('field.phone'), width: '170px', cell: (c) => fmt.phone(c.phone), from: 'lg' },
    { key: 'consent', header: t('list.consent'), width: '190px', cell: (c) => <ConsentPill state={advertisingByEmail(c)} />, phone: 'line' },
    { key: 'tags', header: t('mass.tags'), cell: (c) => names.tags(c.tags), phone: 'line' },
    { key: 'lists', header: t('card.lists'), cell: (c) => names.lists(c.lists) },
    { key: 'lang', header: t('field.lang'), width: '80px', cell: (c) => c.lang },
    ...custom.map((f): Column<Contact> => ({ key: `field:${f.key}`, header: f.label, numeric: f.kind === 'number', cell: (c) => shownValue(f, c.fields[f.key], fmt, t) })),
    { key: 'added', header: t('list.added'), width: '120px', sort: 'created_at', cell: (c) => fmt.shortDate(c.created_at), from: 'md' },
    { key: 'changed', header: t('card.changed'), width: '120px', sort: 'updated_at', cell: (c) => fmt.shortDate(c.updated_at) },
  ]
}

// Names of lists and tags instead of their ids.
function useNames() {
  const lists = useLists()
  const tags = useTags()
  const say = (known: { id: string; name: string }[] | undefined, ids: string[] | undefined) =>
    (ids ?? []).map((id) => known?.find((k) => k.id === id)?.name ?? '').filter(Boolean).join(', ')
  return { lists: (ids?: string[]) => say(lists.data, ids), tags: (ids?: string[]) => say(tags.data, ids) }
}
