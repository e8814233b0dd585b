import { Button, Checkbox, NativeSelect, Textarea, TextInput } from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { Media } from '@/api'
import { instantOf, localNow } from '@/campaign/schedule'
import form from '@/ui/Form.module.css'
import { useBuilder } from './context'
import { type Block, type Pad, type PerLang, type Row, zoneOf } from './doc'
import { layouts } from './edit'
import { AlignChoice, Choice, ColorLine, Line, LinkLine, PadLine, Section, Whole } from './inputs'
import css from './Inspector.module.css'
import { LetterSettings } from './LetterSettings'
import { findBlock, findRow, rowOf } from './place'
import { ShowForm } from './ShowForm'
import { UploadPicture } from './UploadPicture'

/** Inspector shows what can be set of the chosen block or row, and of the whole letter when nothing is chosen. */
export function Inspector() {
  const { t } = useTranslation('builder')
  const { editor, canEdit } = useBuilder()
  const { doc, chosen } = editor
  const block = chosen ? findBlock(doc, chosen)?.block : undefined
  const row = chosen ? findRow(doc, chosen) : undefined
  return (
    <fieldset className={css.inspector} disabled={!canEdit}>
      <legend className={css.title}>
        {block ? t(`block.${block.type}`, { defaultValue: t('block.unknown') }) : row ? t('canvas.row', { no: doc.rows.indexOf(row) + 1 }) : t('letter.title')}
      </legend>
      {block ? <BlockForm key={block.id} block={block} /> : row ? <RowForm key={row.id} row={row} /> : <LetterSettings />}
    </fieldset>
  )
}

/** Default paddings of a block and of a row, as the renderer has them. */
const noPad: Pad = [0, 0, 0, 0]

function BlockForm({ block }: { block: Block }) {
  const { t } = useTranslation('builder')
  const { editor } = useBuilder()
  return (
    <>
      <Own block={block} />
      <Section title={t('section.spacing')}>
        <PadLine value={block.pad ?? noPad} onChange={(pad) => editor.verbs.block(block.id, { pad }, 'pad')} />
      </Section>
      <Section title={t('section.show')}>
        <ShowForm show={block.show} onChange={(show) => editor.verbs.block(block.id, { show }, 'show')} />
      </Section>
    </>
  )
}

interface Form<T extends Block['type']> {
  block: Extract<Block, { type: T }>
  /** Changes the block; typing in one field is one step of undo. */
  set: (change: Partial<Extract<Block, { type: T }>>, field?: string) => void
}

function Own({ block }: { block: Block }) {
  const { editor } = useBuilder()
  const set = (change: object, field?: string) => editor.verbs.block(block.id, change as Partial<Block>, field ?? Object.keys(change)[0])
  switch (block.type) {
    case 'heading':
      return <HeadingForm block={block} set={set} />
    case 'text':
    case 'footer':
      return <TextForm block={block} set={set} />
    case 'button':
      return <ButtonForm block={block} set={set} />
    case 'image':
      return <ImageForm block={block} set={set} />
    case 'video':
      return <VideoForm block={block} set={set} />
    case 'divider':
      return <DividerForm block={block} set={set} />
    case 'spacer':
      return <SpacerForm block={block} set={set} />
    case 'social':
      return <SocialForm block={block} set={set} />
    case 'menu':
      return <MenuForm block={block} set={set} />
    case 'product':
      return <ProductForm block={block} set={set} />
    case 'countdown':
      return <CountdownForm block={block} set={set} />
    case 'coupon':
      return <CouponForm block={block} set={set} />
    case 'html':
      return <HtmlForm block={block} set={set} />
    default:
      return null
  }
}

// One text of the language that is on the canvas.
function useText() {
  const { lang } = useBuilder()
  return { of: (text: PerLang<string>) => text[lang] ?? '', put: (text: PerLang<string>, words: string) => ({ ...text, [lang]: words }) }
}

function HeadingForm({ block, set }: Form<'heading'>) {
  const { t } = useTranslation('builder')
  const levels = ([1, 2, 3] as const).map((n) => ({ value: String(n), label: t(`heading.level_${n}`) }))
  return (
    <>
      <Section title={t('section.content')}>
        <WriteHere id={block.id} />
        <Choice label={t('heading.level')} value={String(block.level)} options={levels} onChange={(v) => set({ level: Number(v) as 1 | 2 | 3 })} />
      </Section>
      <Section title={t('section.look')}>
        <AlignChoice value={block.align ?? 'left'} onChange={(align) => set({ align })} />
        <ColorLine label={t('look.color')} value={block.color ?? 'text'} onChange={(color) => set({ color })} />
      </Section>
    </>
  )
}

// Writing happens on the canvas; the button takes there who works by keys.
function WriteHere({ id }: { id: string }) {
  const { t } = useTranslation('builder')
  const { editor } = useBuilder()
  return (
    <Button variant="default" size="xs" onClick={() => editor.verbs.choose(id, true)}>
      {t('write.button')}
    </Button>
  )
}

function TextForm({ block, set }: Form<'text' | 'footer'>) {
  const { t } = useTranslation('builder')
  return (
    <>
      <Section title={t('section.content')}>
        <WriteHere id={block.id} />
        {block.type === 'footer' && <p className="subtle">{t('footer.hint')}</p>}
      </Section>
      <Section title={t('section.look')}>
        <AlignChoice value={block.align ?? 'left'} onChange={(align) => set({ align })} />
        {block.type === 'text' && (
          <>
            <SizeLine value={block.size} onChange={(size) => set({ size })} />
            <ColorLine label={t('look.color')} value={block.color ?? 'text'} onChange={(color) => set({ color })} />
          </>
        )}
      </Section>
    </>
  )
}

function SizeLine({ value, onChange }: { value: number | undefined; onChange: (n: number) => void }) {
  const { t } = useTranslation('builder')
  const { editor } = useBuilder()
  return <Whole label={t('look.size')} value={value ?? editor.doc.theme.size} min={12} max={40} onChange={onChange} />
}

function ButtonForm({ block, set }: Form<'button'>) {
  const { t } = useTranslation('builder')
  const { editor } = useBuilder()
  return (
    <>
      <Section title={t('section.content')}>
        <WriteHere id={block.id} />
      </Section>
      <Section title={t('section.link')}>
        <LinkLine label={t('link.label')} value={block.link} onChange={(link) => set({ link })} />
      </Section>
      <Section title={t('section.look')}>
        <AlignChoice value={block.align ?? 'left'} onChange={(align) => set({ align })} />
        <Checkbox label={t('button.full')} checked={block.full ?? false} onChange={(e) => set({ full: e.currentTarget.checked })} />
        <ColorLine label={t('look.bg')} value={block.bg ?? 'primary'} onChange={(bg) => set({ bg })} />
        <ColorLine label={t('look.color')} value={block.color ?? 'on_primary'} onChange={(color) => set({ color })} />
        <Whole label={t('look.radius')} value={block.radius ?? editor.doc.theme.radius} min={0} max={40} onChange={(radius) => set({ radius })} />
      </Section>
    </>
  )
}

interface PictureProps {
  src: string
  alt: PerLang<string>
  set: (change: { src?: string; alt?: PerLang<string>; width?: number }) => void
  /** Width of the letter, where a picture has a width of its own: a smaller one is not blown up to it. */
  within?: number
}

function PictureLines({ src, alt, set, within }: PictureProps) {
  const { t } = useTranslation('builder')
  const text = useText()
  const uploaded = (m: Media) =>
    set({
      src: m.url,
      ...(within !== undefined && { width: m.width >= 16 && m.width < within ? m.width : undefined }),
      ...(m.alt !== '' && text.of(alt) === '' && { alt: text.put(alt, m.alt) }),
    })
  return (
    <>
      <UploadPicture onDone={uploaded} />
      <LinkLine label={t('picture.src')} value={src} onChange={(next) => set({ src: next })} />
      <Textarea
        label={t('picture.alt')}
        description={t('picture.alt_hint')}
        autosize
        minRows={2}
        maxLength={500}
        value={text.of(alt)}
        onChange={(e) => set({ alt: text.put(alt, e.currentTarget.value) })}
      />
    </>
  )
}

function ImageForm({ block, set }: Form<'image'>) {
  const { t } = useTranslation('builder')
  const { editor } = useBuilder()
  return (
    <>
      <Section title={t('section.content')}>
        <PictureLines src={block.src} alt={block.alt} set={set} within={editor.doc.theme.width} />
      </Section>
      <Section title={t('section.link')}>
        <LinkLine label={t('link.label')} value={block.link ?? ''} onChange={(link) => set({ link })} />
      </Section>
      <Section title={t('section.look')}>
        <AlignChoice value={block.align ?? 'center'} onChange={(align) => set({ align })} />
        <Checkbox label={t('picture.full')} checked={block.width === undefined} onChange={(e) => set({ width: e.currentTarget.checked ? undefined : 300 })} />
        {block.width !== undefined && <Whole label={t('look.width')} value={block.width} min={16} max={editor.doc.theme.width} onChange={(width) => set({ width })} />}
        <LinkLine label={t('picture.dark')} value={block.dark_src ?? ''} onChange={(src) => set({ dark_src: src || undefined })} />
      </Section>
    </>
  )
}

function VideoForm({ block, set }: Form<'video'>) {
  const { t } = useTranslation('builder')
  return (
    <>
      <Section title={t('section.content')}>
        <PictureLines src={block.src} alt={block.alt} set={set} />
      </Section>
      <Section title={t('section.link')}>
        <LinkLine label={t('video.link')} value={block.link} onChange={(link) => set({ link })} />
      </Section>
    </>
  )
}

function DividerForm({ block, set }: Form<'divider'>) {
  const { t } = useTranslation('builder')
  return (
    <Section title={t('section.look')}>
      <Whole label={t('look.thickness')} value={block.thickness ?? 1} min={1} max={20} onChange={(thickness) => set({ thickness })} />
      <ColorLine label={t('look.color')} value={block.color ?? '#DFE6EA'} onChange={(color) => set({ color })} />
    </Section>
  )
}

function SpacerForm({ block, set }: Form<'spacer'>) {
  const { t } = useTranslation('builder')
  return (
    <Section title={t('section.look')}>
      <Whole label={t('look.height')} value={block.height} min={4} max={200} onChange={(height) => set({ height })} />
    </Section>
  )
}

const networks = ['instagram', 'telegram', 'whatsapp', 'youtube', 'tiktok', 'facebook', 'vk', 'x', 'linkedin', 'threads', 'site', 'email']

function SocialForm({ block, set }: Form<'social'>) {
  const { t } = useTranslation('builder')
  const change = (at: number, part: Partial<(typeof block.items)[number]>) => set({ items: block.items.map((i, n) => (n === at ? { ...i, ...part } : i)) })
  const spare = networks.find((n) => !block.items.some((i) => i.network === n)) ?? 'site'
  return (
    <>
      <Section title={t('section.content')}>
        {block.items.map((item, at) => (
          <div key={at} className={css.item}>
            <select aria-label={t('social.network')} value={item.network} onChange={(e) => change(at, { network: e.currentTarget.value })}>
              {networks.map((n) => (
                <option key={n} value={n}>
                  {t(`network.${n}`)}
                </option>
              ))}
            </select>
            <LinkLine label={t('link.label')} value={item.link} onChange={(link) => change(at, { link })} />
            <RemoveItem name={t(`network.${item.network}`)} onClick={() => set({ items: block.items.filter((_, n) => n !== at) })} />
          </div>
        ))}
        {block.items.length < networks.length && <AddItem onClick={() => set({ items: [...block.items, { network: spare, link: '' }] })} />}
      </Section>
      <Section title={t('section.look')}>
        <AlignChoice value={block.align ?? 'center'} onChange={(align) => set({ align })} />
      </Section>
    </>
  )
}

function MenuForm({ block, set }: Form<'menu'>) {
  const { t } = useTranslation('builder')
  const text = useText()
  const change = (at: number, part: Partial<(typeof block.items)[number]>) => set({ items: block.items.map((i, n) => (n === at ? { ...i, ...part } : i)) })
  return (
    <>
      <Section title={t('section.content')}>
        {block.items.map((item, at) => (
          <div key={at} className={css.item}>
            <Line label={t('menu.text')} value={text.of(item.text)} max={60} onChange={(v) => change(at, { text: text.put(item.text, v) })} />
            <LinkLine label={t('link.label')} value={item.link} onChange={(link) => change(at, { link })} />
            <RemoveItem name={text.of(item.text) || String(at + 1)} onClick={() => set({ items: block.items.filter((_, n) => n !== at) })} />
          </div>
        ))}
        {block.items.length < 8 && <AddItem onClick={() => set({ items: [...block.items, { text: text.put({}, ''), link: '' }] })} />}
      </Section>
      <Section title={t('section.look')}>
        <AlignChoice value={block.align ?? 'center'} onChange={(align) => set({ align })} />
      </Section>
    </>
  )
}

function AddItem({ onClick }: { onClick: () => void }) {
  const { t } = useTranslation('builder')
  return (
    <Button variant="default" size="xs" leftSection={<IconPlus size={16} aria-hidden />} onClick={onClick}>
      {t('item.add')}
    </Button>
  )
}

function RemoveItem({ name, onClick }: { name: string; onClick: () => void }) {
  const { t } = useTranslation('builder')
  return (
    <Button variant="subtle" color="gray" size="xs" aria-label={t('item.remove', { name })} onClick={onClick}>
      <IconTrash size={16} aria-hidden />
    </Button>
  )
}

function ProductForm({ block, set }: Form<'product'>) {
  const { t } = useTranslation('builder')
  const text = useText()
  return (
    <>
      <Section title={t('section.content')}>
        <PictureLines src={block.src} alt={block.alt} set={set} />
        <Line label={t('product.title')} value={text.of(block.title)} max={150} onChange={(v) => set({ title: text.put(block.title, v) })} />
        <Textarea label={t('product.text')} autosize minRows={2} maxLength={500} value={text.of(block.text)} onChange={(e) => set({ text: text.put(block.text, e.currentTarget.value) })} />
        <div className={form.pair}>
          <Line label={t('product.price')} value={block.price} max={30} onChange={(price) => set({ price })} />
          <Line label={t('product.old_price')} value={block.old_price ?? ''} max={30} onChange={(v) => set({ old_price: v || undefined })} />
        </div>
        <Line label={t('product.button')} value={text.of(block.button)} max={60} onChange={(v) => set({ button: text.put(block.button, v) })} />
      </Section>
      <Section title={t('section.link')}>
        <LinkLine label={t('link.label')} value={block.link} onChange={(link) => set({ link })} />
      </Section>
    </>
  )
}

function CountdownForm({ block, set }: Form<'countdown'>) {
  const { t } = useTranslation('builder')
  const zone = zoneOf(block)
  return (
    <>
      <Section title={t('section.content')}>
        <TextInput type="datetime-local" label={t('countdown.until', { zone })} value={localNow(block.until, zone)} onChange={(e) => e.currentTarget.value && set({ until: instantOf(e.currentTarget.value, zone).toISOString() })} />
      </Section>
      <Section title={t('section.link')}>
        <LinkLine label={t('link.label')} value={block.link ?? ''} onChange={(link) => set({ link })} />
      </Section>
      <Section title={t('section.look')}>
        <AlignChoice value={block.align ?? 'center'} onChange={(align) => set({ align })} />
        <ColorLine label={t('look.bg')} value={block.bg ?? 'primary'} onChange={(bg) => set({ bg })} />
        <ColorLine label={t('look.color')} value={block.color ?? 'on_primary'} onChange={(color) => set({ color })} />
      </Section>
    </>
  )
}

function CouponForm({ block, set }: Form<'coupon'>) {
  const { t } = useTranslation('builder')
  return (
    <Section title={t('section.content')}>
      <WriteHere id={block.id} />
      <Line label={t('coupon.code')} value={block.code} max={60} onChange={(code) => set({ code })} />
    </Section>
  )
}

function HtmlForm({ block, set }: Form<'html'>) {
  const { t } = useTranslation('builder')
  const text = useText()
  return (
    <Section title={t('section.content')}>
      <Textarea
        label={t('html.label')}
        description={t('html.hint')}
        autosize
        minRows={8}
        maxRows={24}
        maxLength={50_000}
        classNames={{ input: css.code }}
        value={text.of(block.html)}
        onChange={(e) => set({ html: text.put(block.html, e.currentTarget.value) })}
      />
    </Section>
  )
}

function RowForm({ row }: { row: Row }) {
  const { t } = useTranslation('builder')
  const { editor, canBuild } = useBuilder()
  const { verbs } = editor
  const now = row.cols.map((c) => c.span).join()
  return (
    <>
      <Section title={t('row.columns')}>
        <div className={css.layouts} role="group" aria-label={t('row.columns')}>
          {layouts.map((spans) => (
            <button
              key={spans.join()}
              type="button"
              disabled={!canBuild}
              aria-pressed={spans.join() === now}
              aria-label={t('row.layout', { count: spans.length, widths: spans.map((s) => `${Math.round((s / 12) * 100)} %`).join(' · ') })}
              onClick={() => verbs.layout(row.id, spans)}
            >
              {spans.map((s, i) => (
                <span key={i} style={{ flex: s }} />
              ))}
            </button>
          ))}
        </div>
        {row.cols.length > 1 && (
          <NativeSelect
            label={t('row.stack')}
            value={row.stack ?? 'normal'}
            data={(['normal', 'reverse', 'keep'] as const).map((v) => ({ value: v, label: t(`row.stack_${v}`) }))}
            onChange={(e) => verbs.row(row.id, { stack: e.currentTarget.value as Row['stack'] })}
          />
        )}
        {row.cols.length > 1 &&
          row.cols.map((c, at) => (
            <Choice
              key={at}
              label={t('row.valign', { no: at + 1 })}
              value={c.valign ?? 'top'}
              options={(['top', 'middle', 'bottom'] as const).map((v) => ({ value: v, label: t(`valign.${v}`) }))}
              onChange={(valign) => verbs.column(row.id, at, { valign })}
            />
          ))}
      </Section>
      <Section title={t('section.look')}>
        <ColorLine label={t('look.bg')} value={row.bg ?? undefined} none={t('color.none')} onChange={(bg) => verbs.row(row.id, { bg: bg ?? null }, 'bg')} />
      </Section>
      <Section title={t('section.spacing')}>
        <PadLine value={row.pad ?? noPad} onChange={(pad) => verbs.row(row.id, { pad }, 'pad')} />
      </Section>
      <Section title={t('section.show')}>
        <ShowForm show={row.show} onChange={(show) => verbs.row(row.id, { show }, 'show')} />
      </Section>
    </>
  )
}

/** Crumbs tells where the chosen block stands, and leads out of it: letter, row, block. */
export function Crumbs() {
  const { t } = useTranslation('builder')
  const { editor } = useBuilder()
  const { doc, chosen, verbs } = editor
  const row = chosen ? rowOf(doc, chosen) : undefined
  const found = chosen ? findBlock(doc, chosen) : undefined
  return (
    <nav className={css.crumbs} aria-label={t('crumbs.label')}>
      <button type="button" aria-current={!chosen || undefined} onClick={() => verbs.choose(null)}>
        {t('letter.title')}
      </button>
      {row && (
        <button type="button" aria-current={chosen === row.id || undefined} onClick={() => verbs.choose(row.id)}>
          {t('canvas.row', { no: doc.rows.indexOf(row) + 1 })}
          {found && row.cols.length > 1 && ` · ${t('outline.column', { no: found.col + 1 })}`}
        </button>
      )}
      {found && (
        <button type="button" aria-current onClick={() => verbs.choose(found.block.id)}>
          {t(`block.${found.block.type}`, { defaultValue: t('block.unknown') })}
        </button>
      )}
    </nav>
  )
}
