import { Modal, TextInput } from '@mantine/core'
import { IconArrowRight, IconPlus, IconSearch, IconUser } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import i18next from 'i18next'
import { type KeyboardEvent, useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { listCampaigns, listContacts } from '@/api'
import { langs } from '@/lib/fmt'
import { keyLabel, type Keys } from '@/lib/hotkeys'
import { creations, nav } from '../nav'
import { useMe } from '../session'
import css from './Palette.module.css'
import { rank } from './paletteSearch'

interface Entry {
  id: string
  label: string
  kind: 'go' | 'create' | 'contact' | 'campaign'
  to: string
  keys?: Keys
  /** Its names in all languages that are loaded by now, for search. */
  names: () => string[]
}

/** Palette goes anywhere, creates, finds a contact or a campaign; typed in any layout or language. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('shell')
  const router = useRouter()
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const commands = useCommands()
  const found = useFound(text)
  const entries = useMemo(() => [...rank(commands, text, (e) => e.names()), ...found].slice(0, 14), [commands, found, text])
  useEffect(() => setAt(0), [text])
  const open = (e: Entry | undefined) => {
    if (!e) return
    remember(e.id)
    onClose()
    void router.navigate({ to: e.to as '/' })
  }
  const onKey = (e: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.code]
    if (step) {
      e.preventDefault()
      setAt((at + step + entries.length) % Math.max(1, entries.length))
    }
    if (e.code === 'Enter') open(entries[at])
  }
  return (
    <Modal opened onClose={onClose} withCloseButton={false} size={600} padding={0} yOffset="10vh" centered={false} title={undefined} aria-label={t('palette.label')}>
      <div className={css.palette}>
        <TextInput
          data-autofocus
          size="md"
          aria-label={t('palette.label')}
          placeholder={t('palette.placeholder')}
          value={text}
          onChange={(e) => setText(e.currentTarget.value)}
          onKeyDown={onKey}
          leftSection={<IconSearch size={18} aria-hidden />}
          role="combobox"
          aria-expanded
          aria-controls="palette-list"
          aria-activedescendant={entries[at] ? `palette-${at}` : undefined}
        />
        <ul id="palette-list" role="listbox" aria-label={t('palette.label')} className={css.list}>
          {entries.map((e, i) => (
            <li
              key={e.id}
              id={`palette-${i}`}
              role="option"
              aria-selected={i === at}
              className={css.entry}
              onMouseMove={() => setAt(i)}
              onClick={() => open(e)}
            >
              <Icon kind={e.kind} />
              <span className={css.label}>{e.label}</span>
              <span className={css.kind}>{t(`palette.${e.kind}`)}</span>
              {e.keys && <KeyCaps keys={e.keys} />}
            </li>
          ))}
        </ul>
        {entries.length === 0 && (
          <p className={css.none} role="status">
            {t('palette.nothing', { text })}
          </p>
        )}
      </div>
    </Modal>
  )
}

function Icon({ kind }: { kind: Entry['kind'] }) {
  const Of = { go: IconArrowRight, create: IconPlus, contact: IconUser, campaign: IconArrowRight }[kind]
  return <Of size={18} stroke={1.7} aria-hidden />
}

export function KeyCaps({ keys }: { keys: Keys }) {
  return (
    <span className={css.keys}>
      {keyLabel(keys).map((k) => (
        <kbd key={k}>{k}</kbd>
      ))}
    </span>
  )
}

// Names of places and actions come in three languages, so «рассылка», "campaign" and «таратылым» find the same.
function useCommands(): Entry[] {
  const { t, i18n } = useTranslation('shell')
  const { permissions } = useMe()
  // Once the other languages are here, the component draws anew and getFixedT finds them.
  useQuery({ queryKey: ['palette-texts'], queryFn: () => i18next.loadLanguages([...langs]).then(() => true), staleTime: Infinity })
  return useMemo(() => {
    const names = (key: string) => () => langs.map((l) => i18n.getFixedT(l, 'shell')(key))
    const places = nav.flatMap((g) => g.items).filter((i) => !i.needs || permissions.includes(i.needs))
    const makes = creations.filter((c) => permissions.includes(c.needs))
    const all: Entry[] = [
      ...places.map((i) => ({ id: i.to, label: t(i.name), kind: 'go' as const, to: i.to, keys: i.keys, names: names(i.name) })),
      ...settingsPlaces.map((p) => ({
        id: p,
        label: t(`palette.settings.${p}`),
        kind: 'go' as const,
        to: `/settings/${p}`,
        names: names(`palette.settings.${p}`),
      })),
      ...makes.map((c) => ({ id: c.to, label: t(c.name), kind: 'create' as const, to: c.to, keys: c.keys, names: names(c.name) })),
    ]
    return byRecent(all)
  }, [t, i18n, permissions])
}

const settingsPlaces = ['profile', 'company', 'security', 'team', 'keys', 'documents', 'audit']

function useFound(text: string): Entry[] {
  const { permissions } = useMe()
  const search = text.trim()
  const { data } = useQuery({
    queryKey: ['palette', search],
    enabled: search.length >= 2,
    staleTime: 30_000,
    queryFn: async ({ signal }) => {
      await pause(250, signal)
      const [contacts, campaigns] = await Promise.all([
        permissions.includes('contacts.view') ? listContacts({ query: { search, limit: 5 }, signal }) : null,
        permissions.includes('campaigns.view') ? listCampaigns({ query: { limit: 50 }, signal }) : null,
      ])
      const hits: Entry[] = (contacts?.items ?? []).map((c) => ({
        id: c.id,
        label: contactLabel(c),
        kind: 'contact',
        to: `/contacts/${c.id}`,
        names: () => [],
      }))
      const named = rank(campaigns?.items ?? [], search, (c) => [c.name]).slice(0, 5)
      return [...hits, ...named.map((c): Entry => ({ id: c.id, label: c.name, kind: 'campaign', to: `/campaigns/${c.id}`, names: () => [] }))]
    },
  })
  return data ?? []
}

function contactLabel(c: { email?: string; phone?: string; first_name?: string; last_name?: string; id: string }): string {
  const name = [c.first_name, c.last_name].filter(Boolean).join(' ')
  return [name, c.email || c.phone].filter(Boolean).join(' · ') || c.id
}

function pause(ms: number, signal: AbortSignal) {
  return new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => (clearTimeout(timer), reject(signal.reason as Error)))
  })
}

const recentKey = 'keruen.palette'

function remember(id: string) {
  const old = (JSON.parse(localStorage.getItem(recentKey) ?? '[]') as string[]).filter((x) => x !== id)
  localStorage.setItem(recentKey, JSON.stringify([id, ...old].slice(0, 8)))
}

function byRecent(entries: Entry[]): Entry[] {
  const order = JSON.parse(localStorage.getItem(recentKey) ?? '[]') as string[]
  const place = (e: Entry) => (order.includes(e.id) ? order.indexOf(e.id) : order.length)
  return entries.toSorted((a, b) => place(a) - place(b))
}
