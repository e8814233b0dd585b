import { createContext, useContext } from 'react'
import type { LetterProblem } from '@/api'
import type { Lang, Show } from './doc'
import type { Load } from './drag'
import type { Place } from './place'
import type { Editor } from './useEditor'

/** A remark on the letter, with the block that it is about. */
export type Remark = LetterProblem & { block?: string }

/** What the parts of the editor share. */
export interface Builder {
  editor: Editor
  /** The language of the letter that is on the canvas. */
  lang: Lang
  setLang: (l: Lang) => void
  /** What stands in the list of letters. */
  envelope: {
    subject: string
    preheader: string
    set: (part: 'subject' | 'preheader', words: string) => void
    /** Tells which languages the letter is written in, and which is its own: the subject goes with it. */
    setLangs: (langs: Lang[], main: Lang) => void
  }
  /** Name of what is edited, where it can be changed. */
  name?: { value: string; set: (name: string) => void }
  /** Whether the person may change anything, and whether blocks may come, go and move: not on phones. */
  canEdit: boolean
  canBuild: boolean
  problems: Remark[]
  /** place puts what was dragged from the palette at a place, or into a new row of that index. */
  place: (load: Load, at: Place | number) => void
  /** append puts a new block after the chosen one. */
  append: (load: Load) => void
  /** hidden tells that something is not shown in the language on the canvas. */
  hidden: (show: Show | null | undefined) => boolean
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
