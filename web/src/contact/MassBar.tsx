import { Button, Menu, Modal, Select } from '@mantine/core'
import { IconArrowsJoin2, IconChevronDown, IconTrash } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { changeContacts, createList, createTag, type MassInputBody, once, type Total } from '@/api'
import { useFmt } from '@/lib/useFmt'
import { Confirm } from '@/ui/Confirm'
import form from '@/ui/Form.module.css'
import { LinkButton } from '@/ui/LinkButton'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { SelectionBar } from '@/ui/SelectionBar'
import { toastDone } from '@/ui/toast'
import { contactsKey, listsKey, tagsKey, useLists, useTags } from './contact'
import type { ContactSearch } from './routes'

type Act = MassInputBody['act']

interface Props {
  chosen: ReadonlySet<string>
  /** Everything that the filter lets through is meant. */
  all: boolean
  filter: ContactSearch
  total?: Total
  onAll: () => void
  onClear: () => void
}

const namedAtMost = 1000 // contact.MaxChosen
const mergedAtMost = 20 // contact.MaxMerged

/** MassBar says how many contacts are chosen and does one thing with all of them, as a job (AUD-4). */
export function MassBar({ chosen, all, filter, total, onAll, onClear }: Props) {
  const { t } = useTranslation('contact')
  const fmt = useFmt()
  const [asking, setAsking] = useState<Exclude<Act, 'delete'> | null>(null)
  const [deleting, setDeleting] = useState(false)
  const act = useAct({ chosen, all, filter, onClear })
  const count = all ? (total?.n ?? 0) : chosen.size
  const n = fmt.total({ n: count, approx: all && total?.approx })
  const tooMany = !all && chosen.size > namedAtMost
  return (
    <SelectionBar count={count} approx={total?.approx} all={all} total={total?.n} onAll={onAll} onClear={onClear}>
      {tooMany && <span className="subtle">{t('mass.too_many', { n: fmt.number(namedAtMost) })}</span>}
      <ActMenu label={t('mass.lists')} disabled={tooMany} acts={['join', 'leave']} onChoose={setAsking} />
      <ActMenu label={t('mass.tags')} disabled={tooMany} acts={['tag', 'untag']} onChoose={setAsking} />
      {!all && chosen.size > 1 && chosen.size <= mergedAtMost && (
        <LinkButton variant="default" link={{ to: '/duplicates/merge', search: { ids: [...chosen].join(',') } }} leftSection={<IconArrowsJoin2 size={16} aria-hidden />}>
          {t('mass.merge')}
        </LinkButton>
      )}
      <Button variant="default" disabled={tooMany} leftSection={<IconTrash size={16} aria-hidden />} onClick={() => setDeleting(true)}>
        {t('mass.delete')}
      </Button>
      {asking && <Ask act={asking} count={count} n={n} onClose={() => setAsking(null)} onDo={act} />}
      <Confirm
        opened={deleting}
        onClose={() => setDeleting(false)}
        title={t('mass.delete_title', { count, n })}
        action={t('mass.delete_action', { count, n })}
        typeToConfirm={count > 1000 ? String(count) : undefined}
        onConfirm={() => act('delete')}
      >
        <p>{t('mass.delete_text')}</p>
      </Confirm>
    </SelectionBar>
  )
}

interface ActMenuProps {
  label: string
  disabled: boolean
  acts: Exclude<Act, 'delete'>[]
  onChoose: (act: Exclude<Act, 'delete'>) => void
}

function ActMenu({ label, disabled, acts, onChoose }: ActMenuProps) {
  const { t } = useTranslation('contact')
  return (
    <Menu position="top-end">
      <Menu.Target>
        <Button variant="default" disabled={disabled} rightSection={<IconChevronDown size={16} aria-hidden />}>
          {label}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {acts.map((a) => (
          <Menu.Item key={a} onClick={() => onChoose(a)}>
            {t(`mass.${a}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

interface AskProps {
  act: Exclude<Act, 'delete'>
  count: number
  n: string
  onClose: () => void
  onDo: (act: Act, target: string) => Promise<void>
}

// Which list, which tag: one that is there, or a new one while giving.
function Ask({ act, count, n, onClose, onDo }: AskProps) {
  const { t } = useTranslation('contact')
  const client = useQueryClient()
  const ofLists = act === 'join' || act === 'leave'
  const lists = useLists()
  const tags = useTags()
  const known = (ofLists ? lists.data : tags.data) ?? []
  const [value, setValue] = useState<string | null>(null)
  const [search, setSearch] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const [key] = useState(once)
  const name = search.trim()
  const fresh = (act === 'join' || act === 'tag') && name !== '' && !known.some((k) => k.name.toLowerCase() === name.toLowerCase())
  const go = async () => {
    setBusy(true)
    setError(null)
    try {
      await onDo(act, value === newOne ? await make() : value!)
      onClose()
    } catch (e) {
      setError(e)
      setBusy(false)
    }
  }
  const make = async () => {
    const made = ofLists ? await createList({ headers: key, body: { name } }) : await createTag({ headers: key, body: { name } })
    await client.invalidateQueries({ queryKey: ofLists ? listsKey : tagsKey })
    return made.id
  }
  return (
    <Modal opened onClose={onClose} title={t(`mass.${act}`)} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <div className={form.form}>
        <ProblemAlert error={error} />
        <Select
          label={t(ofLists ? 'list.list' : 'mass.tag_label')}
          description={act === 'join' || act === 'tag' ? t('mass.new_hint') : undefined}
          data={[...known.map((k) => ({ value: k.id, label: k.name })), ...(fresh ? [{ value: newOne, label: t('mass.new', { name }) }] : [])]}
          searchable
          searchValue={search}
          onSearchChange={setSearch}
          value={value}
          onChange={setValue}
          maxDropdownHeight={240}
          nothingFoundMessage={t('mass.none')}
          data-autofocus
        />
        <div className={`${form.buttons} ${form.end}`}>
          <Button variant="default" onClick={onClose}>
            {t('ui:cancel')}
          </Button>
          <Button disabled={!value} loading={busy} onClick={() => void go()}>
            {t('mass.do', { count, n })}
          </Button>
        </div>
      </div>
    </Modal>
  )
}

const newOne = 'new'

// One job for all; the table shows what has changed when the job ends, and the tray how it goes.
function useAct({ chosen, all, filter, onClear }: Pick<Props, 'chosen' | 'all' | 'filter' | 'onClear'>) {
  const { t } = useTranslation('contact')
  const client = useQueryClient()
  return async (act: Act, target?: string) => {
    const { search, list, tag, segment, consent } = filter
    await changeContacts({
      headers: once(),
      body: {
        act,
        ...(all ? { filter: { search, list, tag, segment, consent }, everything: true } : { contacts: [...chosen] }),
        lists: target && (act === 'join' || act === 'leave') ? [target] : undefined,
        tags: target && (act === 'tag' || act === 'untag') ? [target] : undefined,
      },
    })
    onClear()
    toastDone(t('mass.started'))
    await client.invalidateQueries({ queryKey: ['jobs'] })
    await client.invalidateQueries({ queryKey: contactsKey })
  }
}
