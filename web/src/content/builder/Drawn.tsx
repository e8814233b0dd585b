import { IconPhoto, IconPlayerPlayFilled } from '@tabler/icons-react'
import { type CSSProperties, lazy, type ReactNode, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { Fmt } from '@/lib/fmt'
import { useBuilder } from './context'
import css from './Drawn.module.css'
import { type Align, type Block, type Inline, type Marks, type PerLang, type Rich, type Theme, zoneOf } from './doc'
import { useFieldNames } from './fields'
import { isEmpty } from './rich'
import { colorOf, headingSize } from './style'

const RichText = lazy(() => import('./RichText'))

const written = ['heading', 'text', 'button', 'coupon', 'footer']

/** isText tells whether a block is written in its place. */
export const isText = (b: Block): boolean => written.includes(b.type)

interface Props {
  block: Block
  writing: boolean
}

/** Drawn is a block as it looks in the letter. Nothing in it can be pressed: a press chooses the block. */
export function Drawn({ block, writing }: Props) {
  const { t } = useTranslation('builder')
  const { editor, lang } = useBuilder()
  const { theme } = editor.doc
  switch (block.type) {
    case 'heading': {
      const size = headingSize[block.level]
      const style = { fontSize: size, lineHeight: 1.25, fontWeight: 700, textAlign: block.align, color: colorOf(block.color ?? 'text', theme) }
      return <Words block={block} writing={writing} oneLine style={style} />
    }
    case 'text':
      return <Words block={block} writing={writing} style={{ fontSize: block.size ?? theme.size, textAlign: block.align, color: colorOf(block.color ?? 'text', theme) }} />
    case 'footer':
      return <Words block={block} writing={writing} style={{ fontSize: 13, textAlign: block.align, color: colorOf('muted', theme) }} />
    case 'button': {
      const style = {
        background: colorOf(block.bg ?? 'primary', theme),
        color: colorOf(block.color ?? 'on_primary', theme),
        borderRadius: block.radius ?? theme.radius,
        width: block.full ? '100%' : undefined,
      }
      return (
        <div style={{ textAlign: block.align }}>
          <div className={css.button} style={style}>
            <Words block={block} writing={writing} oneLine />
          </div>
        </div>
      )
    }
    case 'coupon':
      return (
        <div className={css.coupon} style={{ borderColor: colorOf('primary', theme), borderRadius: theme.radius }}>
          <Words block={block} writing={writing} />
          <div className={css.code}>{block.code || <Hint>{t('hint.code')}</Hint>}</div>
        </div>
      )
    case 'image':
      return <Picture src={block.src} alt={block.alt[lang] ?? ''} width={block.width} align={block.align ?? 'center'} />
    case 'video':
      return (
        <div className={css.video}>
          <Picture src={block.src} alt={block.alt[lang] ?? ''} />
          <span className={css.play}>
            <IconPlayerPlayFilled size={28} aria-hidden />
          </span>
        </div>
      )
    case 'divider':
      return <div style={{ borderTop: `${block.thickness ?? 1}px solid ${colorOf(block.color ?? '#DFE6EA', theme)}` }} />
    case 'spacer':
      return <div className={css.spacer} style={{ height: block.height }} />
    case 'social':
      return <Chips items={block.items.map((i) => t(`network.${i.network}`, { defaultValue: i.network }))} align={block.align} empty={t('hint.social')} theme={theme} />
    case 'menu':
      return <Chips items={block.items.map((i) => i.text[lang] ?? '')} align={block.align} empty={t('hint.menu')} theme={theme} plain />
    case 'product':
      return <Product block={block} />
    case 'countdown':
      return <Countdown block={block} />
    case 'html':
      return <div className={css.code}>{block.html[lang] ? t('hint.html_some') : <Hint>{t('hint.html')}</Hint>}</div>
    default:
      return <div className={css.unknown}>{t('block.unknown')}</div>
  }
}

const Hint = ({ children }: { children: ReactNode }) => <span className={css.hint}>{children}</span>

interface WordsProps {
  block: Extract<Block, { text: PerLang<Rich> }>
  writing: boolean
  oneLine?: boolean
  style?: CSSProperties
}

function Words({ block, writing, oneLine, style }: WordsProps) {
  const { t } = useTranslation('builder')
  const { editor, lang, canEdit } = useBuilder()
  const value = block.text[lang] ?? []
  const other = block.text[editor.doc.meta.default_lang] ?? []
  const still = isEmpty(value) ? isEmpty(other) ? <Hint>{t(`hint.${block.type}`)}</Hint> : <RichView rich={other} faded /> : <RichView rich={value} />
  if (!writing || !canEdit) return <div style={style}>{still}</div>
  return (
    <div style={style}>
      <Suspense fallback={still}>
        <RichText
          label={t(`block.${block.type}`)}
          value={value}
          oneLine={oneLine}
          onChange={(text) => editor.verbs.block(block.id, { text: { ...block.text, [lang]: text } } as Partial<Block>, 'text')}
          onLeave={() => {
            editor.verbs.choose(block.id)
            document.getElementById(`c-${block.id}`)?.focus()
          }}
        />
      </Suspense>
    </div>
  )
}

/** RichView draws a text as it is read. */
export function RichView({ rich, faded }: { rich: Rich; faded?: boolean }) {
  return (
    <div className={css.rich} data-faded={faded || undefined}>
      {rich.map((n, i) => {
        if (n.type === 'paragraph') {
          return (
            <p key={i} style={{ textAlign: n.align }}>
              <Inlines list={n.content} />
            </p>
          )
        }
        const List = n.ordered ? 'ol' : 'ul'
        return (
          <List key={i}>
            {n.items.map((item, at) => (
              <li key={at}>
                <Inlines list={item} />
              </li>
            ))}
          </List>
        )
      })}
    </div>
  )
}

function Inlines({ list }: { list: Inline[] }) {
  const { editor } = useBuilder()
  const { nameOf } = useFieldNames()
  return list.map((i, at) => {
    if (i.type === 'break') return <br key={at} />
    if (i.type === 'text') {
      return (
        <span key={at} style={markStyle(i, editor.doc.theme)}>
          {i.text}
        </span>
      )
    }
    return (
      <span key={at} className={css.chip} data-bare={i.fallback ? undefined : true} style={markStyle(i, editor.doc.theme)}>
        {nameOf(i.path)}
        {i.fallback && ` | ${i.fallback}`}
      </span>
    )
  })
}

function markStyle(m: Marks, theme: Theme): CSSProperties {
  const lines = [(m.u || m.link) && 'underline', m.s && 'line-through'].filter(Boolean).join(' ')
  return {
    fontWeight: m.b ? 700 : undefined,
    fontStyle: m.i ? 'italic' : undefined,
    textDecoration: lines || undefined,
    color: m.color ? colorOf(m.color, theme) : m.link ? theme.link : undefined,
  }
}

function Picture({ src, alt, width, align }: { src: string; alt: string; width?: number; align?: Align }) {
  const { t } = useTranslation('builder')
  if (!src) {
    return (
      <div className={css.noPicture}>
        <IconPhoto size={32} stroke={1.4} aria-hidden />
        {t('hint.image')}
      </div>
    )
  }
  return (
    <div style={{ textAlign: align }}>
      <img className={css.picture} src={src} alt={alt} style={{ width: width ?? '100%' }} draggable={false} />
    </div>
  )
}

interface ChipsProps {
  items: string[]
  align?: Align
  empty: string
  theme: Theme
  plain?: boolean
}

function Chips({ items, align, empty, theme, plain: bare }: ChipsProps) {
  if (items.length === 0) return <Hint>{empty}</Hint>
  return (
    <div className={css.chips} style={{ justifyContent: align === 'left' ? 'flex-start' : align === 'right' ? 'flex-end' : 'center' }}>
      {items.map((i, at) => (
        <span key={at} className={bare ? undefined : css.network} style={bare ? { color: theme.link, textDecoration: 'underline' } : { background: theme.primary, color: theme.on_primary }}>
          {i || '…'}
        </span>
      ))}
    </div>
  )
}

function Product({ block }: { block: Extract<Block, { type: 'product' }> }) {
  const { t } = useTranslation('builder')
  const { editor, lang } = useBuilder()
  const { theme } = editor.doc
  return (
    <div className={css.product}>
      <Picture src={block.src} alt={block.alt[lang] ?? ''} />
      <strong>{block.title[lang] || <Hint>{t('hint.product')}</Hint>}</strong>
      {block.text[lang] && <span style={{ color: theme.muted }}>{block.text[lang]}</span>}
      {block.price && (
        <span>
          <strong>{block.price}</strong> {block.old_price && <s style={{ color: theme.muted }}>{block.old_price}</s>}
        </span>
      )}
      {block.button[lang] && (
        <span className={css.button} style={{ background: theme.primary, color: theme.on_primary, borderRadius: theme.radius }}>
          {block.button[lang]}
        </span>
      )}
    </div>
  )
}

// The letter's own words, in its language and not the cabinet's: rich.go has the same.
const until = { ru: 'До ', kk: 'Мерзімі: ', en: 'Until ' }

/** Countdown is drawn as the letter writes it: the moment in words, true whenever it is read (block/part.go). */
function Countdown({ block }: { block: Extract<Block, { type: 'countdown' }> }) {
  const { editor, lang } = useBuilder()
  const { theme } = editor.doc
  const at = new Fmt(lang, zoneOf(block)).dateTime(block.until)
  return (
    <div className={css.count} style={{ justifyContent: block.align === 'left' ? 'flex-start' : block.align === 'right' ? 'flex-end' : 'center' }}>
      <span style={{ background: colorOf(block.bg ?? 'primary', theme), color: colorOf(block.color ?? 'on_primary', theme), borderRadius: theme.radius }}>{until[lang] + at}</span>
    </div>
  )
}
