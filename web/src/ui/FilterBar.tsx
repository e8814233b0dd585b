import { CloseButton, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useKeys } from '@/lib/hotkeys'
import css from './FilterBar.module.css'

interface Chip {
  value: string
  label: string
}

interface Props {
  /** The text now in the URL, and what to do when it changes (250 ms after the last key). */
  search?: { value: string; onChange: (text: string) => void; label: string }
  /** The commonest states; the empty value means all. */
  chips?: { label: string; value: string; options: Chip[]; onChange: (value: string) => void }
  /** Further filters, and buttons. */
  children?: ReactNode
}

/** FilterBar narrows a list. Keep its values in the URL. */
export function FilterBar({ search, chips, children }: Props) {
  return (
    <div className={css.bar}>
      {search && <SearchField {...search} />}
      {chips && (
        <div className={css.chips} role="group" aria-label={chips.label}>
          {chips.options.map((o) => (
            <button
              key={o.value}
              type="button"
              className={css.chip}
              aria-pressed={o.value === chips.value}
              onClick={() => chips.onChange(o.value)}
            >
              {o.label}
            </button>
          ))}
        </div>
      )}
      {children}
    </div>
  )
}

function SearchField({ value, onChange, label }: NonNullable<Props['search']>) {
  const { t } = useTranslation('ui')
  const [text, setText] = useState(value)
  const input = useRef<HTMLInputElement>(null)
  const sent = useRef(value)
  const change = useRef(onChange)
  change.current = onChange
  useKeys({ '/': () => input.current?.focus() })
  useEffect(() => {
    // The URL changed by itself: back, reset.
    if (value !== sent.current) {
      sent.current = value
      setText(value)
    }
  }, [value])
  useEffect(() => {
    if (text === sent.current) return
    const timer = setTimeout(() => {
      sent.current = text
      change.current(text)
    }, 250)
    return () => clearTimeout(timer)
  }, [text])
  return (
    <TextInput
      ref={input}
      className={css.search}
      type="search"
      aria-label={label}
      placeholder={label}
      value={text}
      onChange={(e) => setText(e.currentTarget.value)}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={text && <CloseButton size="sm" aria-label={t('filter.clear')} onClick={() => setText('')} />}
    />
  )
}

interface NothingProps {
  onReset: () => void
}

/** NothingFound stands in place of a list that the filters emptied. */
export function NothingFound({ onReset }: NothingProps) {
  const { t } = useTranslation('ui')
  return (
    <div className={css.nothing}>
      <p>{t('filter.nothing')}</p>
      <button type="button" className={css.reset} onClick={onReset}>
        {t('filter.reset')}
      </button>
    </div>
  )
}
