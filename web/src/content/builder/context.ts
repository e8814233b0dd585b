import { createContext, useContext } from 'react'
import type { LetterProblem } from '@/api'
import type { Lang, Show } from './doc'
import type { Load } from './drag'
import type { Place } from './place'
import type { Editor } from './useEditor'

/** What the parts of the editor share. */
export interface Builder {
  editor: Editor
  /** The language of the letter that is on the canvas. */
  lang: Lang
  /** Whether the person may change anything, and whether blocks may come, go and move: not on phones. */
  canEdit: boolean
  canBuild: boolean
  problems: LetterProblem[]
  /** place puts what was dragged from the palette at a place, or into a new row of that index. */
  place: (load: Load, at: Place | number) => void
  /** append puts a new block after the chosen one. */
  append: (load: Load) => void
  /** hidden tells that something is not shown in the language on the canvas. */
  hidden: (show: Show | null | undefined) => boolean
  /** saveBlock offers to keep a block for other letters. */
  saveBlock: (id: string) => void
  /** inspect opens the inspector where it is a sheet. */
  inspect: () => void
  /** Whether the panels are sheets that open over the canvas. */
  narrow: boolean
  /** announce says what happened to those who do not see it. */
  announce: (text: string) => void
}

export const BuilderContext = createContext<Builder | null>(null)

/** useBuilder gives what the editor around shares. */
export function useBuilder(): Builder {
  const b = useContext(BuilderContext)
  if (!b) throw new Error('useBuilder outside of the editor')
  return b
}
