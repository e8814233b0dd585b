import { useRouter } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Page } from '@/ui/Page'
import { ProblemAlert } from '@/ui/ProblemAlert'

/** RouteProblem stands in place of a screen that could not be drawn; the rest of the cabinet goes on. */
export function RouteProblem({ error }: { error: unknown }) {
  const { t } = useTranslation()
  const router = useRouter()
  return (
    <Page title={t('screen_failed')}>
      <ProblemAlert error={error} onRetry={() => void router.invalidate()} />
    </Page>
  )
}
