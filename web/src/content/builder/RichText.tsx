import { Button, ColorSwatch, Popover, TextInput } from '@mantine/core'
import { IconAlignCenter, IconAlignLeft, IconAlignRight, IconBold, IconBraces, IconItalic, IconLink, IconList, IconListNumbers, IconPalette, IconStrikethrough, IconUnderline } from '@tabler/icons-react'
import { type Editor, EditorContent, useEditor, useEditorState } from '@tiptap/react'
import { type ComponentType, type ReactNode, useEffect, useRef, useState } from 'react'
import { createPortal } from 'react-dom'
import { useTranslation } from 'react-i18next'
import form from '@/ui/Form.module.css'
import { useBuilder } from './context'
import type { Align, Rich } from './doc'
import { FieldList, useFieldNames } from './fields'
import { equal } from './kept'
import { fromTip, toTip } from './rich'
import css from './RichText.module.css'
import { safeLink } from './safeLink'
import { kit } from './tip'

interface Props {
  label: string
  value: Rich
  onChange: (value: Rich) => void
  /** One line without lists and links: of a heading or a button. */
  oneLine?: boolean
  onLeave: () => void
}

/** RichText edits a text of the letter in its place, with its bar over the canvas. `{` offers the personal fields. */
export default function RichText({ label, value, onChange, oneLine = false, onLeave }: Props) {
  const { t } = useTranslation('builder')
  const { nameOf } = useFieldNames()
  const [choosing, setChoosing] = useState(false)
  const last = useRef(value)
  const editor = useEditor({
    injectCSS: false, // the page's policy lets no style in without its nonce; the few rules are in our own file
    extensions: kit({ oneLine, nameOf, bare: t('field.bare') }),
    content: toTip(value),
    autofocus: 'end',
    editorProps: {
      attributes: { class: css.text!, role: 'textbox', 'aria-multiline': String(!oneLine), 'aria-label': label, 'aria-describedby': 'rich-keys' },
      handleTextInput: (_view, _from, _to, text) => {
        if (text !== '{') return false
        setChoosing(true)
        return true
      },
      handleKeyDown: (_view, e) => {
        if (e.code === 'Escape') {
          e.preventDefault()
          e.stopPropagation()
          onLeave()
          return true
        }
        if (e.altKey && e.code === 'F10') {
          document.querySelector<HTMLElement>('#rich-bar button')?.focus()
          return true
        }
        return false
      },
    },
    onUpdate: ({ editor: e }) => {
      last.current = fromTip(e.getJSON())
      onChange(last.current)
    },
  })
  // Undo, redo and another language come from outside.
  useEffect(() => {
    if (equal(last.current, value)) return
    last.current = value
    editor.commands.setContent(toTip(value), { emitUpdate: false })
  }, [editor, value])
  const bar = document.getElementById('rich-bar')
  return (
    <>
      <EditorContent editor={editor} />
      <span id="rich-keys" className="hidden-visually">
        {t('rich.keys')}
      </span>
      {bar && createPortal(<Bar editor={editor} oneLine={oneLine} choosing={choosing} setChoosing={setChoosing} />, bar)}
    </>
  )
}

interface BarProps {
  editor: Editor
  oneLine: boolean
  choosing: boolean
  setChoosing: (on: boolean) => void
}

function Bar({ editor, oneLine, choosing, setChoosing }: BarProps) {
  const { t } = useTranslation('builder')
  const is = useEditorState({
    editor,
    selector: ({ editor: e }) => ({
      bold: e.isActive('bold'),
      italic: e.isActive('italic'),
      underline: e.isActive('underline'),
      strike: e.isActive('strike'),
      bullets: e.isActive('bulletList'),
      numbers: e.isActive('orderedList'),
      link: (e.getAttributes('link').href as string | undefined) ?? '',
      align: (e.getAttributes('paragraph').align as Align | undefined) ?? 'left',
      field: e.isActive('field') ? (e.getAttributes('field') as { path: string; fallback: string }) : null,
    }),
  })
  const run = () => editor.chain().focus()
  const align = (to: Align) => () => run().updateAttributes('paragraph', { align: to === 'left' ? null : to }).run()
  return (
    <div className={css.bar} role="toolbar" tabIndex={-1} aria-label={t('rich.bar')} onKeyDown={(e) => e.code === 'Escape' && editor.commands.focus()}>
      <Toggle icon={IconBold} label={t('rich.bold')} on={is.bold} press={() => run().toggleMark('bold').run()} />
      <Toggle icon={IconItalic} label={t('rich.italic')} on={is.italic} press={() => run().toggleMark('italic').run()} />
      {!oneLine && (
        <>
          <Toggle icon={IconUnderline} label={t('rich.underline')} on={is.underline} press={() => run().toggleMark('underline').run()} />
          <Toggle icon={IconStrikethrough} label={t('rich.strike')} on={is.strike} press={() => run().toggleMark('strike').run()} />
          <LinkTool href={is.link} editor={editor} />
          <Toggle icon={IconList} label={t('rich.bullets')} on={is.bullets} press={() => run().toggleList('bulletList', 'listItem').run()} />
          <Toggle icon={IconListNumbers} label={t('rich.numbers')} on={is.numbers} press={() => run().toggleList('orderedList', 'listItem').run()} />
        </>
      )}
      <ColorTool editor={editor} />
      {!oneLine && (
        <>
          <Toggle icon={IconAlignLeft} label={t('align.left')} on={is.align === 'left'} press={align('left')} />
          <Toggle icon={IconAlignCenter} label={t('align.center')} on={is.align === 'center'} press={align('center')} />
          <Toggle icon={IconAlignRight} label={t('align.right')} on={is.align === 'right'} press={align('right')} />
        </>
      )}
      <FieldTool editor={editor} opened={choosing} setOpened={setChoosing} />
      {is.field && <FallbackInput key={is.field.path} editor={editor} value={is.field.fallback} />}
    </div>
  )
}

interface ToggleProps {
  icon: ComponentType<{ size?: number; stroke?: number; 'aria-hidden'?: boolean }>
  label: string
  on?: boolean
  press: () => void
}

function Toggle({ icon: Icon, label, on, press }: ToggleProps) {
  return (
    <button type="button" className={css.tool} aria-label={label} title={label} aria-pressed={on} onMouseDown={(e) => e.preventDefault()} onClick={press}>
      <Icon size={18} stroke={1.8} aria-hidden />
    </button>
  )
}

interface DropProps {
  icon: ToggleProps['icon']
  label: string
  on?: boolean
  opened: boolean
  setOpened: (on: boolean) => void
  children: ReactNode
}

function Drop({ icon: Icon, label, on, opened, setOpened, children }: DropProps) {
  return (
    <Popover opened={opened} onChange={setOpened} trapFocus withinPortal position="bottom-start" returnFocus={false}>
      <Popover.Target>
        <button type="button" className={css.tool} aria-label={label} title={label} data-on={on || undefined} onClick={() => setOpened(!opened)}>
          <Icon size={18} stroke={1.8} aria-hidden />
        </button>
      </Popover.Target>
      <Popover.Dropdown>{children}</Popover.Dropdown>
    </Popover>
  )
}

function LinkTool({ href, editor }: { href: string; editor: Editor }) {
  const { t } = useTranslation('builder')
  const [opened, setOpened] = useState(false)
  const [text, setText] = useState(href)
  const [wrong, setWrong] = useState(false)
  const open = (on: boolean) => {
    setText(href)
    setWrong(false)
    setOpened(on)
  }
  const set = () => {
    const link = safeLink(text)
    if (!link) return setWrong(true)
    const { empty } = editor.state.selection
    const chain = editor.chain().focus().extendMarkRange('link')
    // With nothing selected the address itself becomes the words.
    if (empty && !href) chain.insertContent({ type: 'text', text: link.replace(/^(https?:\/\/|mailto:|tel:)/, ''), marks: [{ type: 'link', attrs: { href: link } }] }).run()
    else chain.setLink({ href: link }).run()
    setOpened(false)
  }
  const clear = () => {
    editor.chain().focus().extendMarkRange('link').unsetLink().run()
    setOpened(false)
  }
  return (
    <Drop icon={IconLink} label={t('rich.link')} on={href !== ''} opened={opened} setOpened={open}>
      <div className={form.stack}>
        <TextInput
          data-autofocus
          label={t('link.label')}
          placeholder="https://"
          value={text}
          maxLength={2000}
          error={wrong && t('link.wrong')}
          onChange={(e) => setText(e.currentTarget.value)}
          onKeyDown={(e) => e.code === 'Enter' && set()}
        />
        <div className={form.buttons}>
          <Button onClick={set}>{t('link.set')}</Button>
          {href && (
            <Button variant="default" onClick={clear}>
              {t('link.clear')}
            </Button>
          )}
        </div>
      </div>
    </Drop>
  )
}

const palette = ['text', 'muted', 'primary', 'link'] as const

function ColorTool({ editor }: { editor: Editor }) {
  const { t } = useTranslation('builder')
  const { editor: letter } = useBuilder()
  const [opened, setOpened] = useState(false)
  const set = (color: string | null) => {
    const chain = editor.chain().focus()
    if (color) chain.setMark('color', { color }).run()
    else chain.unsetMark('color').run()
    setOpened(false)
  }
  const { theme } = letter.doc
  return (
    <Drop icon={IconPalette} label={t('rich.color')} opened={opened} setOpened={setOpened}>
      <div className={css.swatches}>
        {palette.map((c) => (
          <button key={c} type="button" className={css.swatch} onClick={() => set(c === 'text' ? null : c)}>
            <ColorSwatch color={theme[c]} size={20} aria-hidden />
            {t(`color.${c}`)}
          </button>
        ))}
      </div>
    </Drop>
  )
}

interface FieldToolProps {
  editor: Editor
  opened: boolean
  setOpened: (on: boolean) => void
}

function FieldTool({ editor, opened, setOpened }: FieldToolProps) {
  const { t } = useTranslation('builder')
  const close = (on: boolean) => {
    setOpened(on)
    if (!on) editor.commands.focus()
  }
  return (
    <Drop icon={IconBraces} label={t('rich.field')} opened={opened} setOpened={close}>
      <FieldList
        onPick={(path, fallback) => {
          setOpened(false)
          editor.chain().focus().insertContent({ type: 'field', attrs: { path, fallback, format: '' } }).run()
        }}
      />
    </Drop>
  )
}

function FallbackInput({ editor, value }: { editor: Editor; value: string }) {
  const { t } = useTranslation('builder')
  return (
    <label className={css.fallback}>
      <span>{t('field.fallback')}</span>
      <input maxLength={120} value={value} onChange={(e) => editor.commands.updateAttributes('field', { fallback: e.currentTarget.value })} />
    </label>
  )
}
