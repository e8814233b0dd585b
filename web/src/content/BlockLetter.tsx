import { Button, TextInput } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Letter, LetterProblem, PreviewLetterInputBody } from '@/api'
import { useLang } from '@/app/useLang'
import form from '@/ui/Form.module.css'
import { withDoc } from './builder/doc'
import { emptyDoc } from './builder/empty'
import css from './Content.module.css'
import { Preview } from './Preview'
import { useProblemText } from './problems'

interface Props {
  /** Of the campaign. */
  id: string
  letter: Letter
  purpose: NonNullable<PreviewLetterInputBody['purpose']>
  problems: LetterProblem[]
  disabled?: boolean
  /** Saves before the editor opens, and tells whether the server has everything. */
  flush: () => Promise<boolean>
  onChange: (letter: Letter) => void
}

/** BlockLetter is a letter of blocks among the other parts of a campaign: its subject, how it looks, and the way into its editor. */
export function BlockLetter({ id, letter, purpose, problems, disabled, flush, onChange }: Props) {
  const { t } = useTranslation('content')
  const text = useProblemText()
  const navigate = useNavigate()
  const open = async () => {
    if (await flush()) await navigate({ to: '/campaigns/$id/design', params: { id } })
  }
  return (
    <div className={css.split}>
      <div className={form.stack}>
        {(['subject', 'preheader'] as const).map((part) => (
          <TextInput
            key={part}
            id={`letter-${part}`}
            label={t(`letter.${part}`)}
            description={t(`letter.${part}_hint`)}
            value={letter[part]}
            maxLength={255}
            disabled={disabled}
            onChange={(e) => onChange({ ...letter, [part]: e.currentTarget.value })}
          />
        ))}
        {!disabled && (
          <div className={form.buttons}>
            <Button onClick={() => void open()}>{t('design.change')}</Button>
          </div>
        )}
        {problems.length > 0 && (
          <ul className={css.problems} aria-label={t('problems.title')}>
            {problems.map((p, i) => (
              <li key={i} data-severity={p.severity}>
                <strong>{t(`severity.${p.severity}`)}</strong> {text(p)}
              </li>
            ))}
          </ul>
        )}
      </div>
      <Preview letter={letter} purpose={purpose} />
    </div>
  )
}

interface ToBlocksProps {
  id: string
  letter: Letter
  flush: () => Promise<boolean>
  onChange: (letter: Letter) => void
}

/** ToBlocks begins a letter that says nothing yet in the visual editor. */
export function ToBlocks({ id, letter, flush, onChange }: ToBlocksProps) {
  const { t } = useTranslation('content')
  const { lang } = useLang()
  const navigate = useNavigate()
  if (letter.doc || letter.html.trim() !== '' || letter.text.trim() !== '') return null
  const begin = async () => {
    onChange(withDoc(letter, emptyDoc(lang)))
    if (await flush()) await navigate({ to: '/campaigns/$id/design', params: { id } })
  }
  return <Button onClick={() => void begin()}>{t('design.blocks')}</Button>
}
