import { IconAlertTriangle, IconChevronDown, IconChevronUp, IconCircleCheck, IconCircleX, IconInfoCircle } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useFmt } from '@/lib/useFmt'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { useProblemText } from '../problems'
import { type Remark, useBuilder } from './context'
import css from './Inspector.module.css'

const icons = { error: IconCircleX, warning: IconAlertTriangle, notice: IconInfoCircle }
const order = { error: 0, warning: 1, notice: 2 }

/** Most mailboxes cut a letter here, together with the way to unsubscribe. */
const cut = 102 * 1024
const wary = 90 * 1024

interface Props {
  /** Whether the server has told anything yet, and what went wrong when it did not. */
  known: boolean
  error: unknown
  onRetry: () => void
  /** Bytes of the letter as it would be sent; undefined until the server has rendered it. */
  size: number | undefined
  onGo: (p: Remark) => void
}

/** Checks lists what is wrong with the letter as it now is; each leads to its block. */
export function Checks({ known, error, onRetry, size, onGo }: Props) {
  const { t } = useTranslation(['builder', 'content'])
  const fmt = useFmt()
  const text = useProblemText()
  const { problems } = useBuilder()
  const [open, setOpen] = useState(true)
  const sorted = problems.toSorted((a, b) => order[a.severity] - order[b.severity])
  const errors = problems.filter((p) => p.severity === 'error').length
  const rest = problems.filter((p) => p.severity === 'warning').length
  const worst = !known ? 'notice' : errors > 0 ? 'error' : rest > 0 ? 'warning' : 'good'
  const Worst = worst === 'good' ? IconCircleCheck : icons[worst]
  const words = {
    notice: error ? t('checks.title') : t('checks.busy'),
    error: t('checks.errors', { count: errors, n: fmt.number(errors) }),
    warning: t('checks.warnings', { count: rest, n: fmt.number(rest) }),
    good: t('checks.good'),
  }[worst]
  return (
    <section className={css.checks} aria-label={t('checks.title')}>
      <button type="button" className={css.checksHead} data-severity={worst} aria-expanded={open} onClick={() => setOpen(!open)}>
        <Worst size={20} aria-hidden />
        <span style={{ flex: 1 }}>{words}</span>
        {open ? <IconChevronDown size={18} aria-hidden /> : <IconChevronUp size={18} aria-hidden />}
      </button>
      {open && (
        <>
          <ProblemAlert error={error} onRetry={onRetry} />
          {sorted.length > 0 && (
            <ul>
              {sorted.map((p, i) => {
                const Icon = icons[p.severity]
                return (
                  <li key={i} data-severity={p.severity}>
                    <button type="button" onClick={() => onGo(p)}>
                      <Icon size={18} aria-hidden />
                      <span>
                        <span className="hidden-visually">{t(`content:severity.${p.severity}`)} </span>
                        {text(p)}
                      </span>
                    </button>
                  </li>
                )
              })}
            </ul>
          )}
          {size !== undefined && (
            <div className={css.size}>
              <span className="subtle">{t('checks.size', { size: fmt.bytes(size), limit: fmt.bytes(cut) })}</span>
              <meter aria-label={t('checks.size_label')} min={0} max={cut} low={wary} high={wary} optimum={0} value={Math.min(size, cut)} />
            </div>
          )}
        </>
      )}
    </section>
  )
}
