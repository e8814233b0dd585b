import { Button, Menu, Select } from '@mantine/core'
import { IconAddressBook, IconArrowsJoin2, IconDots, IconDownload, IconFileImport, IconPlus, IconTableExport } from '@tabler/icons-react'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Contact, listContacts } from '@/api'
import { useList } from '@/api/useList'
import { useCan } from '@/app/session'
import { usePolling } from '@/lib/sse'
import { useFmt } from '@/lib/useFmt'
import { DataTable, type Sort } from '@/ui/DataTable'
import { EmptyState } from '@/ui/EmptyState'
import { FilterBar, NothingFound } from '@/ui/FilterBar'
import form from '@/ui/Form.module.css'
import { LinkButton } from '@/ui/LinkButton'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { TableSkeleton } from '@/ui/Skeletons'
import { TableSettings } from '@/ui/TableSettings'
import { AddContact } from './AddContact'
import { useContactColumns } from './columns'
import { contactsKey, titleOf, useLists, useTags } from './contact'
import { MassBar } from './MassBar'
import type { ContactSearch } from './routes'

/** NewContact is the list with the drawer open; the drawer has its own address. */
export const NewContact = () => <Contacts adding />

/** Contacts finds and manages people (AUD-5). */
export function Contacts({ adding }: { adding?: boolean }) {
  const { t } = useTranslation('contact')
  const fmt = useFmt()
  const filter = useSearch({ strict: false }) as ContactSearch
  const navigate = useNavigate()
  const canEdit = useCan('contacts.edit')
  const refetchInterval = usePolling()
  const list = useList<Contact>({
    key: [...contactsKey, filter],
    load: ({ cursor, signal }) => listContacts({ query: { ...filter, cursor, limit: 200 }, signal }),
    refetchInterval,
  })
  const set = (change: Partial<ContactSearch>) => void navigate({ to: '/contacts', search: { ...filter, ...change }, replace: true })
  const { columns, settings, compact } = useContactColumns()
  const choice = useChoice(filter)
  const narrowed = Boolean(filter.search || filter.list || filter.tag || filter.segment || filter.consent)
  const empty = !narrowed && list.query.data !== undefined && list.rows.length === 0
  const total = list.total && t('list.total', { count: list.total.n, n: fmt.total(list.total) })
  return (
    <Page
      title={t('title')}
      state={!empty && total}
      primary={canEdit && !empty && <AddLink filter={filter} />}
      actions={!empty && <Actions filter={filter} canEdit={canEdit} settings={<TableSettings {...settings} />} />}
    >
      {!empty && <Filters filter={filter} set={set} />}
      <Panel flush>
        <Loaded query={list.query} skeleton={<TableSkeleton rows={12} />}>
          {() => (
            <DataTable
              label={t('title')}
              columns={columns}
              rows={list.rows}
              rowKey={(c) => c.id}
              rowLink={(c) => ({ to: '/contacts/$id', params: { id: c.id } })}
              rowName={titleOf}
              selection={canEdit ? { keys: choice.all ? new Set(list.rows.map((c) => c.id)) : choice.keys, onChange: choice.choose } : undefined}
              compact={compact}
              sort={sortOf(filter.sort)}
              onSort={(s) => set({ sort: (s.desc ? `-${s.by}` : s.by) as ContactSearch['sort'] })}
              total={list.total?.n}
              more={list.more}
              empty={empty ? <NoContacts canEdit={canEdit} /> : <NothingFound onReset={() => void navigate({ to: '/contacts' })} />}
            />
          )}
        </Loaded>
      </Panel>
      {(choice.all || choice.keys.size > 0) && (
        <MassBar chosen={choice.keys} all={choice.all} filter={filter} total={list.total} onAll={choice.chooseAll} onClear={choice.clear} />
      )}
      {adding && <AddContact onClose={() => void navigate({ to: '/contacts', search: filter })} />}
    </Page>
  )
}

// What is chosen: rows one by one, or everything that the filter lets through. Another filter chooses anew.
function useChoice(filter: ContactSearch) {
  const of = JSON.stringify({ ...filter, sort: undefined })
  const [state, set] = useState({ of, all: false, keys: new Set<string>() })
  const now = state.of === of ? state : { of, all: false, keys: new Set<string>() }
  return {
    all: now.all,
    keys: now.keys,
    choose: (keys: Set<string>) => set({ of, all: false, keys }),
    chooseAll: () => set({ of, all: true, keys: new Set() }),
    clear: () => set({ of, all: false, keys: new Set() }),
  }
}

function sortOf(text = '-created_at'): Sort {
  return { by: text.replace('-', ''), desc: text.startsWith('-') }
}

function AddLink({ filter }: { filter: ContactSearch }) {
  const { t } = useTranslation('contact')
  return (
    <LinkButton link={{ to: '/contacts/new', search: filter }} leftSection={<IconPlus size={18} aria-hidden />}>
      {t('add.action')}
    </LinkButton>
  )
}

function Actions({ filter, canEdit, settings }: { filter: ContactSearch; canEdit: boolean; settings: ReactNode }) {
  const { t } = useTranslation('contact')
  const canExport = useCan('contacts.export')
  return (
    <>
      {settings}
      {canEdit && (
        <LinkButton variant="default" link={{ to: '/imports/new' }} leftSection={<IconFileImport size={18} aria-hidden />}>
          {t('list.import')}
        </LinkButton>
      )}
      <Menu>
        <Menu.Target>
          <Button variant="default" aria-label={t('list.more')} px="xs">
            <IconDots size={18} aria-hidden />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {canExport && (
            <>
              <Menu.Item renderRoot={(p) => <Link {...p} to="/contacts/export" search={filter} />} leftSection={<IconTableExport size={18} aria-hidden />}>
                {t('list.export')}
              </Menu.Item>
              <Menu.Item renderRoot={(p) => <Link {...p} to="/exports" />} leftSection={<IconDownload size={18} aria-hidden />}>
                {t('list.exports')}
              </Menu.Item>
            </>
          )}
          <Menu.Item renderRoot={(p) => <Link {...p} to="/duplicates" />} leftSection={<IconArrowsJoin2 size={18} aria-hidden />}>
            {t('list.duplicates')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  )
}

interface FiltersProps {
  filter: ContactSearch
  set: (change: Partial<ContactSearch>) => void
}

function Filters({ filter, set }: FiltersProps) {
  const { t } = useTranslation('contact')
  const lists = useLists()
  const tags = useTags()
  return (
    <FilterBar
      search={{ value: filter.search ?? '', label: t('list.search'), onChange: (text) => set({ search: text || undefined }) }}
      chips={{
        label: t('list.consent'),
        value: filter.consent ?? '',
        onChange: (v) => set({ consent: (v || undefined) as ContactSearch['consent'] }),
        options: [
          { value: '', label: t('list.all') },
          { value: 'granted', label: t('consent.granted') },
          { value: 'withdrawn', label: t('consent.withdrawn') },
          { value: 'none', label: t('consent.none') },
        ],
      }}
    >
      {lists.data && lists.data.length > 0 && (
        <Select
          aria-label={t('list.list')}
          placeholder={t('list.any_list')}
          clearable
          searchable={lists.data.length > 8}
          w={220}
          data={lists.data.map((l) => ({ value: l.id, label: l.name }))}
          value={filter.list ?? null}
          onChange={(v) => set({ list: v ?? undefined })}
          clearButtonProps={{ 'aria-label': t('list.clear_list') }}
        />
      )}
      {tags.data && tags.data.length > 0 && (
        <Select
          aria-label={t('mass.tag_label')}
          placeholder={t('list.any_tag')}
          clearable
          searchable={tags.data.length > 8}
          w={200}
          data={tags.data.map((g) => ({ value: g.id, label: g.name }))}
          value={filter.tag ?? null}
          onChange={(v) => set({ tag: v ?? undefined })}
          clearButtonProps={{ 'aria-label': t('list.clear_tag') }}
        />
      )}
    </FilterBar>
  )
}

// Three ways in: a file, by hand, by a program.
function NoContacts({ canEdit }: { canEdit: boolean }) {
  const { t } = useTranslation('contact')
  return (
    <EmptyState
      icon={IconAddressBook}
      title={t('empty.title')}
      text={t('empty.text')}
      action={
        canEdit && (
          <div className={form.buttons}>
            <LinkButton link={{ to: '/imports/new' }} leftSection={<IconFileImport size={18} aria-hidden />}>
              {t('empty.import')}
            </LinkButton>
            <LinkButton variant="default" link={{ to: '/contacts/new' }}>
              {t('empty.by_hand')}
            </LinkButton>
            <LinkButton variant="default" link={{ to: '/settings/keys' }}>
              {t('empty.api')}
            </LinkButton>
          </div>
        )
      }
    />
  )
}
