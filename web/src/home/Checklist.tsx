import { Button } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Panel } from '@/ui/Panel'
import css from './Checklist.module.css'
import type { FirstStep } from './firstSteps'

/** Checklist leads a new account to its first campaign; the first step that is not done has the button. */
export function Checklist({ steps }: { steps: FirstStep[] }) {
  const { t } = useTranslation('home')
  const next = steps.find((s) => !s.done)
  return (
    <Panel title={t('steps.title')} hint={t('steps.hint')}>
      <ol className={css.steps}>
        {steps.map((s, i) => (
          <li key={s.name} className={css.step} data-state={s.done ? 'done' : s === next ? 'next' : 'later'}>
            <span className={css.mark} aria-hidden>
              {s.done ? <IconCheck size={16} /> : i + 1}
            </span>
            <div className={css.text}>
              <span className={css.name}>{t(`steps.${s.name}`)}</span>
              <span className="subtle">{s.done ? t('steps.done') : t(`steps.${s.name}_hint`)}</span>
            </div>
            {s === next && <Button renderRoot={(props) => <Link {...props} to={s.to as '/'} />}>{t(`steps.${s.name}_action`)}</Button>}
          </li>
        ))}
      </ol>
    </Panel>
  )
}
