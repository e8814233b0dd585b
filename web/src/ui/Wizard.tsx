import { IconCheck } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import css from './Wizard.module.css'

export interface Step {
  key: string
  label: string
}

interface Props {
  /** Never more than five; the last is a summary with numbers. */
  steps: Step[]
  current: string
  /** Steps behind are reachable without loss; steps ahead open by the button of the current one. */
  onStep: (key: string) => void
  children: ReactNode
}

/** Wizard names and numbers the steps of a longer task. Keep the current one in the URL. */
export function Wizard({ steps, current, onStep, children }: Props) {
  const { t } = useTranslation('ui')
  const at = steps.findIndex((s) => s.key === current)
  return (
    <div className={css.wizard}>
      <nav aria-label={t('wizard.steps')}>
        <ol className={css.steps}>
          {steps.map((s, i) => (
            <li key={s.key} className={css.step} data-state={i < at ? 'done' : i === at ? 'now' : 'ahead'}>
              <button type="button" disabled={i > at} aria-current={i === at ? 'step' : undefined} onClick={() => onStep(s.key)}>
                <span className={css.number}>{i < at ? <IconCheck size={14} aria-hidden /> : i + 1}</span>
                <span className={css.label}>{s.label}</span>
                {i < at && <span className="hidden-visually">{t('wizard.done')}</span>}
              </button>
            </li>
          ))}
        </ol>
        <p className={css.phone} aria-hidden>
          {t('wizard.of', { step: at + 1, steps: steps.length, label: steps[at]?.label ?? '' })}
        </p>
      </nav>
      {children}
    </div>
  )
}
