import { Button, Modal } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Letter } from '@/api'
import { useAutosave } from '@/campaign/autosave'
import { SaveStatus } from '@/campaign/SaveStatus'
import { useFmt } from '@/lib/useFmt'
import form from '@/ui/Form.module.css'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { compare } from './compare'
import { docOf, withDoc } from './doc'
import { forget, type Kept, opening, recall } from './kept'
import { LetterBuilder } from './LetterBuilder'
import { says } from './says'

/** What is saved as one: a template, a campaign. */
export interface Saved {
  version: number
  letter: Letter
}

interface Props {
  /** As the server has it when the editor opens. */
  item: Saved
  /** Under which name the browser keeps undo: "template:…". */
  keep: string
  title: string
  back: { to: string; label: string }
  purpose: 'advertising' | 'transactional' | 'third_party'
  canEdit: boolean
  save: (change: Change, version: number) => Promise<Saved>
  fetch: () => Promise<Saved>
  onSaved: (saved: Saved) => void
  name?: string
  actions: (flush: () => Promise<boolean>) => ReactNode
}

/** What the editor changes. */
export interface Change {
  letter?: Letter
  name?: string
}

/** Design opens a block letter: it offers what a crash left behind, saves by itself, and asks when somebody else saved meanwhile. */
export function Design(props: Props) {
  const { keep, item, canEdit } = props
  const doc = docOf(item.letter)
  // How it begins is decided once: what the autosave changes later must not open it anew.
  const [start, setStart] = useState<Start | { ask: Kept } | null>(null)
  useEffect(() => {
    let gone = false
    void recall(keep).then((kept) => {
      if (gone || !doc) return
      const open = opening(canEdit ? kept : null, { doc, envelope: envelopeOf(item.letter), version: item.version })
      if (open.do === 'ask') setStart({ ask: open.kept })
      else setStart({ letter: item.letter, version: item.version, resume: open.do === 'resume' ? open.history : undefined })
    })
    return () => {
      gone = true
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [keep])
  if (!start || !doc) return null
  if (!('ask' in start)) return <Opened {...props} start={start} />
  const { ask } = start
  return (
    <Recover
      at={ask.at}
      onTake={() => setStart({ letter: withDoc({ ...item.letter, ...ask.envelope }, ask.history.doc), version: ask.version, resume: ask.history, unsaved: true })}
      onDrop={() => {
        void forget(keep)
        setStart({ letter: item.letter, version: item.version })
      }}
    />
  )
}

interface Start {
  letter: Letter
  /** That the edit began with: when the server is past it, the first save asks whose letter stays. */
  version: number
  resume?: Kept['history']
  /** The server does not have it yet. */
  unsaved?: boolean
}

const envelopeOf = ({ subject, preheader }: Letter) => ({ subject, preheader })

function Opened({ start, keep, title, back, purpose, canEdit, save, fetch, onSaved, name, actions }: Props & { start: Start }) {
  const [letter, setLetter] = useState(start.letter)
  const [named, setNamed] = useState(name)
  const [version, setVersion] = useState(start.version)
  /** A new round draws the editor anew, with what somebody else wrote. */
  const [round, setRound] = useState({ no: 0, resume: start.resume })
  const auto = useAutosave<Saved, Change>({
    version: start.version,
    save: (change, at) => save(change, at),
    onSaved: (s) => {
      setVersion(s.version)
      onSaved(s)
    },
  })
  const put = auto.put
  useEffect(() => {
    if (start.unsaved) put({ letter: start.letter })
  }, [put, start])
  const settle = async (fresh: Saved, mine: boolean) => {
    if (mine) put({ letter })
    else {
      const theirs = docOf(fresh.letter)!
      setRound({ no: round.no + 1, resume: { past: [docOf(letter)!], doc: theirs, future: [] } })
      setLetter(fresh.letter)
    }
    await auto.settle(fresh, mine)
  }
  return (
    <>
      <LetterBuilder
        key={round.no}
        resume={round.resume}
        host={{
          keep,
          title: named ?? title,
          rename:
            named === undefined || !canEdit
              ? undefined
              : (next) => {
                  setNamed(next)
                  if (next.trim() !== '') put({ name: next.trim() })
                },
          back,
          letter,
          version,
          saved: auto.state.is === 'saved',
          status: canEdit && <SaveStatus state={auto.state} />,
          canEdit,
          purpose,
          onChange: (next) => {
            setLetter(next)
            put({ letter: next })
          },
          actions: actions(auto.flush),
          flush: auto.flush,
        }}
      />
      {auto.state.is === 'stale' && <Conflict mine={letter} fetch={fetch} onSettle={(fresh, mine) => void settle(fresh, mine)} />}
    </>
  )
}

interface ConflictProps {
  mine: Letter
  fetch: () => Promise<Saved>
  onSettle: (fresh: Saved, mine: boolean) => void
}

// Somebody else saved meanwhile: the person looks at what differs and chooses whose version stays.
function Conflict({ mine, fetch, onSettle }: ConflictProps) {
  const { t } = useTranslation('builder')
  const [looking, setLooking] = useState(false)
  const fresh = useQuery({ queryKey: ['letter-theirs'], queryFn: fetch, gcTime: 0, staleTime: 0 })
  const theirs = fresh.data && docOf(fresh.data.letter)
  const main = docOf(mine)!.meta.default_lang
  const list = theirs ? compare(docOf(mine)!, theirs) : []
  const choose = (own: boolean) => fresh.data && onSettle(fresh.data, own)
  return (
    <Modal opened onClose={() => undefined} withCloseButton={false} closeOnClickOutside={false} closeOnEscape={false} title={t('conflict.title')}>
      <div className={form.stack}>
        <p>{t('conflict.text')}</p>
        <ProblemAlert error={fresh.error} onRetry={() => void fresh.refetch()} />
        {looking ? (
          <ul>
            {list.map((d) => (
              <li key={`${d.what}:${d.block.id}`}>
                {t(`conflict.${d.what}`, { name: t(`block.${d.block.type}`, { defaultValue: t('block.unknown') }) })} <span className="subtle">{says(d.block, main, main)}</span>
              </li>
            ))}
            {list.length === 0 && <li>{t('conflict.none')}</li>}
          </ul>
        ) : (
          <button type="button" className={form.link} onClick={() => setLooking(true)}>
            {t('conflict.look')}
          </button>
        )}
        <div className={`${form.buttons} ${form.end}`}>
          <Button variant="default" disabled={!fresh.data} onClick={() => choose(false)}>
            {t('conflict.theirs')}
          </Button>
          <Button disabled={!fresh.data} onClick={() => choose(true)} data-autofocus>
            {t('conflict.mine')}
          </Button>
        </div>
      </div>
    </Modal>
  )
}

function Recover({ at, onTake, onDrop }: { at: number; onTake: () => void; onDrop: () => void }) {
  const { t } = useTranslation('builder')
  const fmt = useFmt()
  return (
    <Modal opened onClose={onTake} withCloseButton={false} closeOnClickOutside={false} title={t('recover.title', { when: fmt.dateTime(at) })}>
      <div className={form.stack}>
        <p>{t('recover.text')}</p>
        <div className={`${form.buttons} ${form.end}`}>
          <Button variant="default" onClick={onDrop}>
            {t('recover.drop')}
          </Button>
          <Button onClick={onTake} data-autofocus>
            {t('recover.take')}
          </Button>
        </div>
      </div>
    </Modal>
  )
}
