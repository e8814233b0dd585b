import { Button, Menu, SegmentedControl, Textarea, TextInput } from '@mantine/core'
import { IconBraces } from '@tabler/icons-react'
import { lazy, type RefObject, Suspense, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Letter, LetterProblem } from '@/api'
import { builtinFields, useFields } from '@/contact/contact'
import form from '@/ui/Form.module.css'
import { ScrollBox } from '@/ui/ScrollBox'
import { FormSkeleton } from '@/ui/Skeletons'
import type { EditorHandle } from './CodeEditor'
import { placeholder } from './content'
import css from './Content.module.css'
import { useProblemText } from './problems'

const CodeEditor = lazy(() => import('./CodeEditor'))

interface Props {
  letter: Letter
  onChange: (letter: Letter) => void
  problems: LetterProblem[]
  disabled?: boolean
}

type Part = 'subject' | 'preheader' | 'html' | 'text'

/** LetterEditor edits the subject, the line after it, and the body as HTML or as plain text, with problems at their place. */
export function LetterEditor({ letter, onChange, problems, disabled }: Props) {
  const { t } = useTranslation('content')
  const text = useProblemText()
  const [mode, setMode] = useState<'html' | 'text'>(letter.html || !letter.text ? 'html' : 'text')
  const [last, setLast] = useState<Part>('subject')
  const code = useRef<EditorHandle>(null)
  const inputs = { subject: useRef<HTMLInputElement>(null), preheader: useRef<HTMLInputElement>(null), text: useRef<HTMLTextAreaElement>(null) }
  const set = (part: Part, value: string) => onChange({ ...letter, [part]: value })
  const wrong = (part: Part) => problems.find((p) => p.path === part && p.severity === 'error')
  const insert = (what: string) => {
    if (last === 'html') return code.current?.insert(what)
    const el = inputs[last].current
    const at = el?.selectionStart ?? letter[last].length
    set(last, letter[last].slice(0, at) + what + letter[last].slice(el?.selectionEnd ?? at))
    el?.focus()
  }
  const line = (part: 'subject' | 'preheader', max: number) => (
    <TextInput
      ref={inputs[part]}
      id={`letter-${part}`}
      label={t(`letter.${part}`)}
      description={t(`letter.${part}_hint`)}
      value={letter[part]}
      maxLength={max}
      disabled={disabled}
      onFocus={() => setLast(part)}
      onChange={(e) => set(part, e.currentTarget.value)}
      error={wrong(part) && text(wrong(part)!)}
    />
  )
  return (
    <div className={form.stack}>
      {line('subject', 255)}
      {line('preheader', 255)}
      <div className={css.bar}>
        <SegmentedControl
          aria-label={t('letter.mode')}
          value={mode}
          onChange={(v) => {
            setMode(v as typeof mode)
            setLast(v as typeof mode)
          }}
          data={[
            { value: 'html', label: t('letter.html') },
            { value: 'text', label: t('letter.text') },
          ]}
        />
        <InsertField onInsert={insert} disabled={disabled} />
      </div>
      {mode === 'html' && disabled ? (
        <ScrollBox as="pre" className={css.text} label={t('letter.html')}>
          {letter.html}
        </ScrollBox>
      ) : mode === 'html' ? (
        <div id="letter-html" onFocus={() => setLast('html')}>
          <Suspense fallback={<FormSkeleton fields={2} />}>
            <CodeEditor
              handle={code}
              label={t('letter.html_label')}
              value={letter.html}
              onChange={(v) => set('html', v)}
              problems={problems.filter((p) => p.path === 'html').map((problem) => ({ problem, text: text(problem) }))}
            />
          </Suspense>
        </div>
      ) : (
        <Textarea
          ref={inputs.text}
          id="letter-text"
          label={t('letter.text')}
          description={letter.html ? t('letter.text_from_html') : t('letter.text_only')}
          autosize
          minRows={12}
          maxRows={30}
          value={letter.text}
          disabled={disabled}
          onFocus={() => setLast('text')}
          onChange={(e) => set('text', e.currentTarget.value)}
          error={wrong('text') && text(wrong('text')!)}
        />
      )}
      <Problems problems={problems} onGo={(p) => goTo(p, setMode, code)} />
    </div>
  )
}

function goTo(p: LetterProblem, setMode: (m: 'html' | 'text') => void, code: RefObject<EditorHandle | null>) {
  if (p.path === 'html' || p.path === 'text') setMode(p.path)
  // After the mode is drawn.
  setTimeout(() => {
    if (p.path === 'html' && p.line > 0) code.current?.goTo(p.line, p.column)
    else document.getElementById(`letter-${p.path}`)?.focus()
  }, 50)
}

interface InsertProps {
  onInsert: (text: string) => void
  disabled?: boolean
}

// Addresses of our own pages about the letter.
const ourPages = ['unsubscribe_url', 'preferences_url', 'why_url'] as const

// A personal field with the words for contacts that lack it.
function InsertField({ onInsert, disabled }: InsertProps) {
  const { t } = useTranslation(['content', 'contact'])
  const fields = useFields()
  const [fallback, setFallback] = useState('')
  const [open, setOpen] = useState(false)
  const custom = fields.data?.filter((f) => !f.builtin) ?? []
  const choose = (key: string) => {
    onInsert(placeholder(key, ourPages.some((p) => p === key) ? '' : fallback.trim()))
    setOpen(false)
  }
  return (
    <Menu opened={open} onChange={setOpen} width={280} returnFocus={false}>
      <Menu.Target>
        <Button variant="default" disabled={disabled} leftSection={<IconBraces size={18} aria-hidden />}>
          {t('insert.button')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <TextInput
          className={css.fallback}
          label={t('insert.fallback')}
          description={t('insert.fallback_hint')}
          value={fallback}
          maxLength={60}
          onChange={(e) => setFallback(e.currentTarget.value)}
        />
        {builtinFields.map((k) => (
          <Menu.Item key={k} onClick={() => choose(k)}>
            {k === 'full_name' ? t('insert.full_name') : t(`contact:field.${k}`)}
          </Menu.Item>
        ))}
        {custom.map((f) => (
          <Menu.Item key={f.key} onClick={() => choose(f.key)}>
            {f.label}
          </Menu.Item>
        ))}
        {ourPages.map((k) => (
          <Menu.Item key={k} onClick={() => choose(k)}>
            {t(`insert.${k}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

interface ProblemsProps {
  problems: LetterProblem[]
  onGo: (p: LetterProblem) => void
}

function Problems({ problems, onGo }: ProblemsProps) {
  const { t } = useTranslation('content')
  const text = useProblemText()
  if (problems.length === 0) return null
  return (
    <ul className={css.problems} aria-label={t('problems.title')}>
      {problems.map((p, i) => (
        <li key={i} data-severity={p.severity}>
          <strong>{t(`severity.${p.severity}`)}</strong>{' '}
          <button type="button" className={form.link} onClick={() => onGo(p)}>
            {text(p)}
          </button>
          {p.line > 0 && <span className="subtle"> {t('problems.place', { line: p.line, column: p.column })}</span>}
        </li>
      ))}
    </ul>
  )
}
