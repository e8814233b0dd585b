import { Button, Drawer, SegmentedControl } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { IconAdjustmentsHorizontal, IconArrowBackUp, IconArrowForwardUp, IconChevronLeft, IconLayoutGridAdd, IconListTree } from '@tabler/icons-react'
import { Link, useNavigate } from '@tanstack/react-router'
import { type MouseEvent, type ReactNode, useCallback, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Letter } from '@/api'
import { langNames } from '@/app/langNames'
import { useMe } from '@/app/session'
import { keyLabel, useKeys } from '@/lib/hotkeys'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { ScrollBox } from '@/ui/ScrollBox'
import { useTitle } from '@/ui/Page'
import { usePreview } from '../Preview'
import { Tool } from './BlockBar'
import css from './Builder.module.css'
import { Canvas } from './Canvas'
import { Checks } from './Checks'
import { type Builder, BuilderContext, type Remark, useBuilder } from './context'
import { docOf, type Lang, type Show, withDoc } from './doc'
import type { Load } from './drag'
import { placeAfter } from './edit'
import { carried, envelopeIn, written } from './envelope'
import { Crumbs, Inspector } from './Inspector'
import { type Make, newBlock, newRow } from './make'
import { Outline } from './Outline'
import { Palette } from './Palette'
import type { Place } from './place'
import { actsHere } from './shortcuts'
import { useDeeds } from './useDeeds'
import { type Editor, useEditor, useKeeping } from './useEditor'
import type { Kept } from './kept'
import { AsContact } from './Views'

/** What the screen around gives: the letter, where it is saved, and where the way leads. */
export interface Host {
  /** Under which name the browser keeps the steps of undo. */
  keep: string
  title: string
  /** Changes the name of what is edited; absent where it has none of its own here. */
  rename?: (name: string) => void
  back: { to: string; label: string }
  letter: Letter
  /** Version of the server that is being edited, and whether it has everything. */
  version: number
  saved: boolean
  status: ReactNode
  canEdit: boolean
  purpose: 'advertising' | 'transactional' | 'third_party'
  onChange: (letter: Letter) => void
  /** Buttons at the end of the bar: a test, the next step. */
  actions: ReactNode
  /** Saves at once, and tells whether the server has everything. */
  flush: () => Promise<boolean>
}

interface Props {
  host: Host
  resume?: Kept['history']
}

type View = 'edit' | 'desktop' | 'phone' | 'dark' | 'text'
const views: View[] = ['edit', 'desktop', 'phone', 'dark', 'text']

/** LetterBuilder is the visual editor of a letter (MSG-1): palette, canvas, inspector; previews come from the server's own renderer. */
export function LetterBuilder({ host, resume }: Props) {
  const { t } = useTranslation('builder')
  const navigate = useNavigate()
  const { account } = useMe()
  useTitle(host.title)
  const wide = useMediaQuery('(min-width: 75em)', true, { getInitialValueInEffect: false })
  const phone = useMediaQuery('(max-width: 47.99em)', false, { getInitialValueInEffect: false })
  const letter = useRef(host.letter)
  const put = useCallback(
    (change: Partial<Letter>) => {
      letter.current = { ...letter.current, ...change }
      host.onChange(letter.current)
    },
    [host],
  )
  const editor = useEditor({ start: docOf(host.letter)!, resume, onChange: (doc) => put(carried(letter.current, doc)) })
  useKeeping(host.keep, editor.history, host.letter, host.version, host.saved)
  const [view, setView] = useState<View>('edit')
  const [contact, setContact] = useState('')
  const [lang, setLang] = useState<Lang>(editor.doc.meta.default_lang)
  const now = useMemo(() => withDoc(host.letter, editor.doc), [host.letter, editor.doc])
  const rendered = usePreview(now, host.purpose, { dark: view === 'dark', lang, contact })
  const [sheet, setSheet] = useState<'blocks' | 'outline' | 'inspector' | null>(null)
  const [said, announce] = useState('')
  const canBuild = host.canEdit && !phone
  const place = (load: Load, at: Place | number) => {
    if (load.is === 'new') add(editor, load.make as Make, at, lang, account.zone)
  }
  const append = (load: Load) => {
    place(load, placeAfter(editor.doc, editor.chosen))
    setSheet(null)
    if (load.is === 'new') announce(t('said.added', { name: t(`block.${load.make}`) }))
  }
  const builder: Builder = {
    editor,
    lang,
    setLang,
    envelope: envelopeOf(editor, lang, host.letter, put),
    name: host.rename && { value: host.title, set: host.rename },
    canEdit: host.canEdit,
    canBuild,
    problems: rendered.data?.problems ?? [],
    place,
    append,
    hidden: (show: Show | null | undefined) => show?.langs !== undefined && !show.langs.includes(lang),
    inspect: () => setSheet('inspector'),
    narrow: !wide,
    announce,
  }
  const goTo = (p: Remark) => {
    setView('edit')
    setSheet(null)
    if (p.path === 'subject' || p.path === 'preheader') {
      editor.verbs.choose(null)
      if (!wide) setSheet('inspector')
      return requestAnimationFrame(() => document.getElementById(`letter-${p.path}`)?.focus())
    }
    if (!p.block) return undefined
    editor.verbs.choose(p.block)
    return requestAnimationFrame(() => {
      const el = document.getElementById(`c-${p.block}`)
      el?.scrollIntoView({ block: 'center' })
      el?.focus()
    })
  }
  useKeys({ 'mod+S': () => void host.flush() })
  // The screen before shows what the server has, so the way back waits for it.
  const leave = async (e: MouseEvent) => {
    if (e.ctrlKey || e.metaKey || e.shiftKey || e.altKey) return
    e.preventDefault()
    if (await host.flush()) await navigate({ to: host.back.to })
  }
  const checks = <Checks known={rendered.data !== undefined} error={rendered.error} onRetry={() => void rendered.refetch()} size={rendered.data?.size} onGo={goTo} />
  const blocks = canBuild && <Palette />
  return (
    <BuilderContext.Provider value={builder}>
      {view === 'edit' && <Shortcuts />}
      <div className={css.desk}>
        <header className={css.bar}>
          <Link to={host.back.to} className={css.back} aria-label={host.back.label} title={host.back.label} onClick={(e) => void leave(e)}>
            <IconChevronLeft size={20} aria-hidden />
          </Link>
          <div className={css.titles}>
            <h1>{host.title}</h1>
            <span className={css.status}>{host.status}</span>
          </div>
          {host.canEdit && (
            <div className={css.undo}>
              <Tool icon={IconArrowBackUp} label={t('tool.undo', { keys: keyLabel('mod+Z').join(' ') })} disabled={!editor.canUndo} onClick={editor.verbs.undo} />
              <Tool icon={IconArrowForwardUp} label={t('tool.redo', { keys: keyLabel('mod+shift+Z').join(' ') })} disabled={!editor.canRedo} onClick={editor.verbs.redo} />
            </div>
          )}
          <SegmentedControl
            className={css.views}
            aria-label={t('view.label')}
            size="xs"
            value={view}
            onChange={(v) => setView(v as View)}
            data={views.map((value) => ({ value, label: t(`view.${value}`) }))}
          />
          {!phone && <div className={css.actions}>{host.actions}</div>}
        </header>
        {view === 'edit' ? (
          <div className={css.work}>
            {wide && canBuild && (
              <aside className={css.left} aria-label={t('panel.left')}>
                <LeftPanel blocks={blocks} />
              </aside>
            )}
            <section className={css.middle} aria-label={t('panel.canvas')}>
              <div className={css.over}>
                {editor.doc.meta.langs.length > 1 && (
                  <SegmentedControl size="xs" aria-label={t('langs.shown')} value={lang} onChange={(v) => setLang(v as Lang)} data={editor.doc.meta.langs.map((l) => ({ value: l, label: langNames[l] }))} />
                )}
                <div id="rich-bar" className={css.rich} />
                {!editor.writing && <p className="subtle">{t('write.hint')}</p>}
              </div>
              {phone && host.canEdit && <p className={css.phoneNote}>{t('phone.note')}</p>}
              <Canvas />
              <div className={css.under}>
                <Crumbs />
              </div>
              {!wide && (
                <div className={css.sheets}>
                  {canBuild && <SheetButton icon={IconLayoutGridAdd} label={t('panel.blocks')} onClick={() => setSheet('blocks')} />}
                  <SheetButton icon={IconListTree} label={t('panel.outline')} onClick={() => setSheet('outline')} />
                  <SheetButton icon={IconAdjustmentsHorizontal} label={t('panel.inspector')} onClick={() => setSheet('inspector')} />
                  {phone && <div className={css.actions}>{host.actions}</div>}
                </div>
              )}
            </section>
            {wide && (
              <aside className={css.right} aria-label={t('panel.inspector')}>
                <div className={css.scroll}>
                  <Inspector />
                </div>
                {checks}
              </aside>
            )}
          </div>
        ) : (
          <section className={css.preview} aria-label={t('view.label')}>
            <div className={css.previewBar}>
              <AsContact value={contact} onChange={setContact} />
              <p>
                <span className="subtle">{t('view.subject')}</span> {rendered.data?.subject || '–'}
              </p>
            </div>
            <ProblemAlert error={rendered.error} onRetry={() => void rendered.refetch()} />
            {view === 'text' ? (
              <ScrollBox as="pre" className={css.text} label={t('view.text')}>
                {rendered.data?.text}
              </ScrollBox>
            ) : (
              rendered.data && (
                <div className={css.frame} data-view={view}>
                  <iframe src={rendered.data.url} sandbox="" title={t('view.frame')} />
                </div>
              )
            )}
          </section>
        )}
        <div className="hidden-visually" role="status" aria-live="polite">
          {said}
        </div>
      </div>
      <Drawer opened={sheet !== null && !wide} onClose={() => setSheet(null)} position={phone ? 'bottom' : 'right'} size={phone ? '75%' : 360} title={sheet && t(`panel.${sheet}`)} closeButtonProps={{ 'aria-label': t('ui:close') }}>
        {sheet === 'blocks' && blocks}
        {sheet === 'outline' && <Outline />}
        {sheet === 'inspector' && (
          <div className={css.sheetBody}>
            <Inspector />
            {checks}
          </div>
        )}
      </Drawer>
    </BuilderContext.Provider>
  )
}

function SheetButton({ icon: Icon, label, onClick }: { icon: typeof IconListTree; label: string; onClick: () => void }) {
  return (
    <Button variant="subtle" color="gray" leftSection={<Icon size={18} aria-hidden />} onClick={onClick}>
      {label}
    </Button>
  )
}

function LeftPanel({ blocks }: { blocks: ReactNode }) {
  const { t } = useTranslation('builder')
  const [tab, setTab] = useState<'blocks' | 'outline'>('blocks')
  return (
    <>
      <div className={css.tabs}>
        <SegmentedControl
          fullWidth
          size="xs"
          aria-label={t('panel.left')}
          value={tab}
          onChange={(v) => setTab(v as typeof tab)}
          data={[
            { value: 'blocks', label: t('panel.blocks') },
            { value: 'outline', label: t('panel.outline') },
          ]}
        />
      </div>
      <div className={css.panel}>{tab === 'blocks' ? blocks : <Outline />}</div>
    </>
  )
}

// The subject and the line after it: of the letter, and in each language when there are several.
function envelopeOf(editor: Editor, lang: Lang, letter: Letter, put: (change: Partial<Letter>) => void): Builder['envelope'] {
  return {
    ...envelopeIn(letter, editor.doc, lang),
    set: (part, words) => {
      const change = written(editor.doc, lang, part, words)
      if (change.letter) put(change.letter)
      if (change.meta) editor.verbs.meta(change.meta, part)
    },
    setLangs: (langs, main) => editor.verbs.langs(langs, main, letter),
  }
}

// Keys of the letter while it is being edited.
function Shortcuts() {
  const { editor } = useBuilder()
  const deeds = useDeeds(editor.chosen)
  useKeys(
    {
      'mod+Z': editor.verbs.undo,
      'mod+shift+Z': editor.verbs.redo,
      'mod+D': deeds.duplicate,
      'alt+ArrowUp': () => deeds.move(-1),
      'alt+ArrowDown': () => deeds.move(1),
      Delete: deeds.remove,
      Escape: () => editor.verbs.choose(null),
    },
    actsHere,
  )
  return null
}

function add(editor: Editor, make: Make, at: Place | number, lang: Lang, zone: string) {
  if (make === 'columns') {
    const index = typeof at === 'number' ? at : editor.doc.rows.findIndex((r) => r.id === at.row) + 1
    return editor.verbs.addRow(newRow([6, 6]), index)
  }
  return editor.verbs.add(newBlock(make, lang, Date.now(), zone), at, newRow())
}
