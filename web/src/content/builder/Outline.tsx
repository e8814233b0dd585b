import { type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { useBuilder } from './context'
import type { Block, Row } from './doc'
import css from './Panels.module.css'
import { icons } from './make'
import { says } from './says'
import { Tool } from './BlockBar'
import { IconArrowDown, IconArrowUp, IconCopy, IconRowInsertTop, IconTrash } from '@tabler/icons-react'
import { useDeeds } from './useDeeds'

/** Outline lists the letter: rows, columns, blocks. Everything that a mouse does on the canvas is done here by keys. */
export function Outline() {
  const { t } = useTranslation('builder')
  const { editor } = useBuilder()
  const { doc } = editor
  const onKey = (e: KeyboardEvent<HTMLElement>) => {
    const all = [...e.currentTarget.querySelectorAll<HTMLElement>('[data-entry]')]
    const at = all.indexOf(document.activeElement as HTMLElement)
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[e.code]
    if (to === undefined || at < 0 || e.altKey || !all[to]) return
    e.preventDefault()
    all[to].focus()
  }
  if (doc.rows.length === 0) return <p className="muted">{t('outline.empty')}</p>
  return (
    <>
      <p className="subtle">{t('outline.hint')}</p>
      <ol data-outline className={css.outline} aria-label={t('outline.title')} onKeyDown={onKey}>
        {doc.rows.map((row, i) => (
          <RowEntry key={row.id} row={row} no={i + 1} />
        ))}
      </ol>
    </>
  )
}

function RowEntry({ row, no }: { row: Row; no: number }) {
  const { t } = useTranslation('builder')
  const only = row.cols.length === 1
  return (
    <li>
      <Entry id={row.id} name={only ? t('canvas.row', { no }) : t('outline.row_cols', { no, count: row.cols.length })} icon={IconRowInsertTop} />
      {row.cols.map((c, at) => (
        <div key={at} role="group" aria-label={only ? undefined : t('outline.column', { no: at + 1 })}>
          {!only && <div className={css.column}>{t('outline.column', { no: at + 1 })}</div>}
          <ol className={css.outline}>
            {c.blocks.map((b) => (
              <BlockEntry key={b.id} block={b} />
            ))}
            {c.blocks.length === 0 && <li className="subtle">{t('outline.empty_column')}</li>}
          </ol>
        </div>
      ))}
    </li>
  )
}

function BlockEntry({ block }: { block: Block }) {
  const { t } = useTranslation('builder')
  const { lang, editor, problems } = useBuilder()
  const words = says(block, lang, editor.doc.meta.default_lang)
  const wrong = problems.some((p) => p.block === block.id && p.severity === 'error')
  return (
    <li>
      <Entry id={block.id} name={t(`block.${block.type}`, { defaultValue: t('block.unknown') })} words={words} icon={icons[block.type as keyof typeof icons] ?? icons.html} wrong={wrong} />
    </li>
  )
}

interface EntryProps {
  id: string
  name: string
  words?: string
  icon: (typeof icons)[keyof typeof icons]
  wrong?: boolean
}

function Entry({ id, name, words, icon: Icon, wrong }: EntryProps) {
  const { t } = useTranslation('builder')
  const { editor } = useBuilder()
  const mine = editor.chosen === id
  const deeds = useDeeds(id)
  return (
    <div className={css.entry} data-chosen={mine || undefined}>
      <button
        type="button"
        id={`o-${id}`}
        data-entry
        aria-current={mine || undefined}
        onClick={() => {
          editor.verbs.choose(id)
          document.getElementById(`c-${id}`)?.scrollIntoView({ block: 'nearest' })
        }}
        onFocus={() => editor.chosen !== id && editor.verbs.choose(id)}
      >
        <Icon size={18} stroke={1.7} aria-hidden />
        <span className={css.entryText}>
          {name}
          {words && <span className="subtle">{words}</span>}
        </span>
        {wrong && <span className={css.wrong}>{t('outline.wrong')}</span>}
      </button>
      {mine && deeds.can && (
        <span className={css.entryTools}>
          <Tool icon={IconArrowUp} label={`${t('tool.up')}: ${name}`} disabled={!deeds.canUp} onClick={() => deeds.move(-1)} />
          <Tool icon={IconArrowDown} label={`${t('tool.down')}: ${name}`} disabled={!deeds.canDown} onClick={() => deeds.move(1)} />
          <Tool icon={IconCopy} label={`${t('tool.duplicate')}: ${name}`} onClick={deeds.duplicate} />
          <Tool icon={IconTrash} label={`${t('tool.remove')}: ${name}`} onClick={deeds.remove} />
        </span>
      )}
    </div>
  )
}
