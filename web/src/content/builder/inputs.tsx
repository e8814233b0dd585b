import { Button, SegmentedControl, TextInput } from '@mantine/core'
import { IconLink, IconLinkOff } from '@tabler/icons-react'
import { type ReactNode, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import css from './Inspector.module.css'
import { useBuilder } from './context'
import type { Align, Color, Pad } from './doc'
import { safeLink } from './safeLink'
import { type ColorName, colorOf } from './style'

// The controls of the inspector: each has a visible label and changes the letter at once.

interface SectionProps {
  title: string
  /** Undo here is the browser's: the letter's steps know nothing of it. */
  ownUndo?: boolean
  children: ReactNode
}

/** Section groups controls under a heading, in the order content, link, look, spacing, visibility. */
export function Section({ title, ownUndo, children }: SectionProps) {
  return (
    <section className={css.section} aria-label={title} data-own-undo={ownUndo || undefined}>
      <h2>{title}</h2>
      {children}
    </section>
  )
}

interface TextProps {
  label: string
  description?: string
  value: string
  max?: number
  placeholder?: string
  onChange: (v: string) => void
}

/** Line is one line of text. */
export function Line({ label, description, value, max = 500, placeholder, onChange }: TextProps) {
  return <TextInput label={label} description={description} placeholder={placeholder} value={value} maxLength={max} onChange={(e) => onChange(e.currentTarget.value)} />
}

/** LinkLine is an address; what was meant is put right when the field is left, and what cannot be one is said. */
export function LinkLine({ label, value, onChange }: TextProps) {
  const { t } = useTranslation('builder')
  const [left, setLeft] = useState(true)
  const wrong = left && value.trim() !== '' && safeLink(value) === null
  return (
    <TextInput
      label={label}
      placeholder="https://"
      value={value}
      maxLength={2000}
      error={wrong && t('link.wrong')}
      onFocus={() => setLeft(false)}
      onBlur={() => {
        setLeft(true)
        const meant = safeLink(value)
        if (meant && meant !== value) onChange(meant)
      }}
      onChange={(e) => onChange(e.currentTarget.value)}
    />
  )
}

interface WholeProps {
  label: string
  value: number
  min: number
  max: number
  onChange: (n: number) => void
}

/** Whole is a whole number of pixels within limits. */
export function Whole({ label, value, min, max, onChange }: WholeProps) {
  const { t } = useTranslation('builder')
  const [typed, setTyped] = useState<string | null>(null)
  const n = Number(typed)
  const wrong = typed !== null && (typed === '' || n < min || n > max)
  return (
    <TextInput
      label={label}
      inputMode="numeric"
      maxLength={4}
      value={typed ?? String(value)}
      error={wrong && t('number.limits', { min, max })}
      onChange={(e) => {
        const digits = e.currentTarget.value.replaceAll(/\D/g, '')
        setTyped(digits)
        const next = Number(digits)
        if (digits !== '' && next >= min && next <= max) onChange(next)
      }}
      onBlur={() => setTyped(null)}
    />
  )
}

interface ChoiceProps<T extends string> {
  label: string
  value: T
  options: { value: T; label: string }[]
  onChange: (v: T) => void
}

/** Choice is one of a few. */
export function Choice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  const id = useId()
  return (
    <div className={css.field}>
      <span id={id} className={css.label}>
        {label}
      </span>
      <SegmentedControl fullWidth size="xs" aria-labelledby={id} value={value} data={options} onChange={(v) => onChange(v as T)} />
    </div>
  )
}

/** AlignChoice is left, centre or right. */
export function AlignChoice({ value, onChange }: { value: Align; onChange: (a: Align) => void }) {
  const { t } = useTranslation('builder')
  const options = (['left', 'center', 'right'] as const).map((v) => ({ value: v, label: t(`align.${v}`) }))
  return <Choice label={t('align.label')} value={value} options={options} onChange={onChange} />
}

const names: ColorName[] = ['text', 'muted', 'primary', 'on_primary', 'link', 'surface', 'bg']

interface ColorProps {
  label: string
  /** Undefined: nothing is chosen, and `none` says what then. */
  value: Color | undefined
  none?: string
  onChange: (c: Color | undefined) => void
  /** Only colours written out: for the theme itself. */
  plain?: boolean
}

/** ColorLine chooses a colour of the palette, so that it follows the theme, or one of its own. */
export function ColorLine({ label, value, none, onChange, plain }: ColorProps) {
  const { t } = useTranslation('builder')
  const { editor } = useBuilder()
  const id = useId()
  const { theme } = editor.doc
  const own = value?.startsWith('#') ?? false
  const hex = value ? colorOf(value, theme) : theme.surface
  return (
    <div className={css.field} role="group" aria-labelledby={id}>
      <span id={id} className={css.label}>
        {label}
      </span>
      <div className={css.colorLine}>
        {!plain && (
          <select
            aria-label={label}
            value={own ? '#' : (value ?? '')}
            onChange={(e) => onChange(e.currentTarget.value === '#' ? hex : e.currentTarget.value || undefined)}
          >
            {none && <option value="">{none}</option>}
            {names.map((n) => (
              <option key={n} value={n}>
                {t(`color.${n}`)}
              </option>
            ))}
            <option value="#">{t('color.own')}</option>
          </select>
        )}
        <input
          type="color"
          aria-label={t('color.pick', { name: label })}
          value={hex.toLowerCase()}
          disabled={!plain && !own}
          onChange={(e) => onChange(e.currentTarget.value.toUpperCase())}
        />
        {plain && <code className={css.hex}>{hex}</code>}
      </div>
    </div>
  )
}

interface PadProps {
  value: Pad
  onChange: (p: Pad) => void
}

const sides = ['top', 'right', 'bottom', 'left'] as const

/** PadLine is four numbers, top, right, bottom, left; locked, they are one. */
export function PadLine({ value, onChange }: PadProps) {
  const { t } = useTranslation('builder')
  const [locked, setLocked] = useState(value.every((n) => n === value[0]))
  const set = (at: number, n: number) => onChange(locked ? [n, n, n, n] : (value.map((old, i) => (i === at ? n : old)) as Pad))
  return (
    <div className={css.pads}>
      {sides.map((s, i) => (
        <Whole key={s} label={t(`pad.${s}`)} value={value[i]!} min={0} max={120} onChange={(n) => set(i, n)} />
      ))}
      <Button
        variant={locked ? 'light' : 'default'}
        size="xs"
        aria-pressed={locked}
        leftSection={locked ? <IconLink size={16} aria-hidden /> : <IconLinkOff size={16} aria-hidden />}
        onClick={() => {
          setLocked(!locked)
          if (!locked) onChange([value[0], value[0], value[0], value[0]])
        }}
      >
        {t('pad.lock')}
      </Button>
    </div>
  )
}
