import { Button } from '@mantine/core'
import { IconAlertTriangle, IconLock, IconPlugConnectedX } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { problemOf, problemText } from '@/lib/errors'
import css from './ProblemAlert.module.css'

interface Props {
  /** Whatever was thrown; null draws nothing. */
  error: unknown
  onRetry?: () => void
  /** What did not work, in front of why: "Не получилось сохранить." */
  what?: string
}

/** ProblemAlert tells what happened and what to do, in the person's language. */
export function ProblemAlert({ error, onRetry, what }: Props) {
  const { t } = useTranslation('ui')
  if (!error) return null
  const problem = problemOf(error)
  const Icon = problem.status === 403 ? IconLock : problem.status === 0 ? IconPlugConnectedX : IconAlertTriangle
  return (
    <div className={css.alert} role="alert" data-tone={problem.status === 403 ? 'neutral' : 'danger'}>
      <Icon size={20} aria-hidden />
      <div className={css.text}>
        {what && <strong>{what} </strong>}
        {problemText(problem)}
      </div>
      {onRetry && problem.status !== 403 && (
        <Button variant="default" size="xs" onClick={onRetry}>
          {t('retry')}
        </Button>
      )}
    </div>
  )
}
