import { type KeyboardEvent, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { BlockBar } from './BlockBar'
import css from './Canvas.module.css'
import { useDraggable, useDrop, type Load } from './drag'
import type { Block, Row } from './doc'
import { Drawn, isText } from './Drawn'
import { useBuilder } from './context'
import { newRow } from './make'
import { walk } from './place'
import { colorOf, fonts, letterVars, padding } from './style'

/**
 * Canvas shows the letter as it is being made. It is one stop of the Tab key: arrows go from block to block, Enter writes, Esc goes
 * back, Alt with arrows moves. The outline panel offers the same as a list.
 */
export function Canvas() {
  const { t } = useTranslation('builder')
  const { editor, lang, canBuild } = useBuilder()
  const { doc, chosen, writing, verbs } = editor
  const stops = doc.rows.flatMap((r) => [r.id, ...r.cols.flatMap((c) => c.blocks.map((b) => b.id))])
  const at = chosen ? stops.indexOf(chosen) : -1
  const onKey = (e: KeyboardEvent<HTMLDivElement>) => {
    if (writing || e.defaultPrevented || (e.target as HTMLElement).closest('button, input, [contenteditable=true]')) return
    const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? stops.length - 1 : at - 1, Home: 0, End: stops.length - 1 }[e.code]
    if (to !== undefined && !e.altKey && !e.ctrlKey && !e.metaKey && stops[to]) {
      e.preventDefault()
      verbs.choose(stops[to])
      document.getElementById(`c-${stops[to]}`)?.focus()
    }
    const block = chosen && walk(doc).find((f) => f.block.id === chosen)?.block
    if (e.code === 'Enter' && block && isText(block)) {
      e.preventDefault()
      verbs.choose(block.id, true)
    }
  }
  return (
    <div
      className={css.ground}
      style={{ background: doc.theme.bg }}
      role="presentation"
      onPointerDown={(e) => e.target === e.currentTarget && verbs.choose(null)}
    >
      <p id="canvas-keys" className="hidden-visually">
        {t('canvas.keys')}
      </p>
      <div data-canvas role="application" tabIndex={-1} onKeyDown={onKey} aria-label={t('canvas.label')} aria-describedby="canvas-keys" className={css.page} style={{ ...letterVars(doc.theme), background: doc.theme.surface, color: doc.theme.text, maxWidth: doc.theme.width, fontFamily: fonts[doc.theme.font], fontSize: doc.theme.size }} lang={lang}>
        {doc.rows.map((row, i) => (
          <RowView key={row.id} row={row} index={i} stop={at < 0 ? i === 0 : chosen === row.id} />
        ))}
        {doc.rows.length === 0 && <EmptyLetter />}
      </div>
      {canBuild && doc.rows.length > 0 && <TailDrop />}
    </div>
  )
}

// Where a load falls into a row of its own.
function useRowDrop() {
  const { editor, place } = useBuilder()
  return (load: Load, at: number) => {
    if (load.is === 'row') editor.verbs.moveRow(load.id, at)
    else if (load.is === 'block') editor.verbs.moveOut(load.id, at, newRow())
    else place(load, at)
  }
}

function EmptyLetter() {
  const { t } = useTranslation('builder')
  const ref = useRef<HTMLDivElement>(null)
  const drop = useRowDrop()
  const edge = useDrop({ element: ref, enabled: true, whole: true, accepts: () => true, onDrop: (l) => drop(l, 0) })
  return (
    <div ref={ref} className={css.empty} data-over={edge ?? undefined}>
      {t('canvas.empty')}
    </div>
  )
}

// The grey under the letter takes what is dropped past its end.
function TailDrop() {
  const { editor } = useBuilder()
  const ref = useRef<HTMLDivElement>(null)
  const end = editor.doc.rows.length
  const drop = useRowDrop()
  const edge = useDrop({ element: ref, enabled: true, whole: true, accepts: () => true, onDrop: (l) => drop(l, end) })
  return <div ref={ref} className={css.tail} data-edge={edge ? 'top' : undefined} />
}

function RowView({ row, index, stop }: { row: Row; index: number; stop: boolean }) {
  const { t } = useTranslation('builder')
  const { editor, canBuild, hidden } = useBuilder()
  const { doc, chosen, verbs } = editor
  const ref = useRef<HTMLDivElement>(null)
  const drop = useRowDrop()
  const edge = useDrop({ element: ref, enabled: canBuild, accepts: (l) => !(l.is === 'row' && l.id === row.id), onDrop: (l, e) => drop(l, e === 'top' ? index : index + 1) })
  useDraggable(ref, { is: 'row', id: row.id }, canBuild && !editor.writing)
  const pad = row.pad
  return (
    <div
      ref={ref}
      id={`c-${row.id}`}
      className={css.row}
      data-chosen={chosen === row.id || undefined}
      data-hidden={hidden(row.show) || undefined}
      data-edge={edge === 'inside' ? undefined : (edge ?? undefined)}
      style={{ background: row.bg ? colorOf(row.bg, doc.theme) : undefined, padding: padding(pad) }}
      role="group"
      aria-label={t('canvas.row', { no: index + 1 })}
      // One stop of the whole canvas moves with the choice; the keys are at the canvas.
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={stop ? 0 : -1}
      onClick={(e) => {
        if (e.defaultPrevented) return
        e.preventDefault()
        verbs.choose(row.id)
      }}
    >
      {chosen === row.id && canBuild && <BlockBar id={row.id} />}
      <div className={css.cols} data-stack={row.stack ?? 'normal'} style={{ gap: row.cols.length > 1 ? doc.theme.gap : undefined }}>
        {row.cols.map((col, i) => (
          <div key={i} className={css.col} style={{ flex: `${col.span} 1 0`, alignSelf: { top: 'flex-start', middle: 'center', bottom: 'flex-end' }[col.valign ?? 'top'] }}>
            {col.blocks.map((b, at) => (
              <BlockView key={b.id} block={b} row={row} col={i} index={at} />
            ))}
            {col.blocks.length === 0 && <EmptyColumn row={row} col={i} />}
          </div>
        ))}
      </div>
    </div>
  )
}

function EmptyColumn({ row, col }: { row: Row; col: number }) {
  const { t } = useTranslation('builder')
  const { editor, place } = useBuilder()
  const ref = useRef<HTMLDivElement>(null)
  const at = { row: row.id, col, index: 0 }
  const edge = useDrop({
    element: ref,
    enabled: true,
    whole: true,
    accepts: (l) => l.is !== 'row',
    onDrop: (l) => (l.is === 'block' ? editor.verbs.move(l.id, at) : place(l, at)),
  })
  return (
    <div ref={ref} className={css.empty} data-over={edge ?? undefined}>
      {t('canvas.empty_column')}
    </div>
  )
}

function BlockView({ block, row, col, index }: { block: Block; row: Row; col: number; index: number }) {
  const { t } = useTranslation('builder')
  const { editor, canBuild, place, hidden } = useBuilder()
  const { chosen, writing, verbs } = editor
  const ref = useRef<HTMLDivElement>(null)
  const mine = chosen === block.id
  useDraggable(ref, { is: 'block', id: block.id }, canBuild && !(mine && writing))
  const edge = useDrop({
    element: ref,
    enabled: canBuild,
    accepts: (l) => l.is !== 'row' && !(l.is === 'block' && l.id === block.id),
    onDrop: (l, e) => {
      const at = { row: row.id, col, index: e === 'top' ? index : index + 1 }
      if (l.is === 'block') verbs.move(l.id, at)
      else place(l, at)
    },
  })
  return (
    <div
      ref={ref}
      id={`c-${block.id}`}
      className={css.block}
      data-chosen={mine || undefined}
      data-hidden={hidden(block.show) || undefined}
      data-edge={edge === 'inside' ? undefined : (edge ?? undefined)}
      style={{ padding: padding(block.pad) }}
      role="group"
      aria-label={t('canvas.block', { name: t(`block.${block.type}`, { defaultValue: t('block.unknown') }) })}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={mine ? 0 : -1}
      onClick={(e) => {
        if (e.defaultPrevented) return
        e.preventDefault()
        if (!(mine && writing)) verbs.choose(block.id, isText(block))
      }}
    >
      {mine && <BlockBar id={block.id} />}
      <Drawn block={block} writing={mine && writing} />
    </div>
  )
}
