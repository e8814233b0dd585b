import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { useCan, useMe } from '@/app/session'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { TableSkeleton } from '@/ui/Skeletons'
import { Checklist } from './Checklist'
import { Tiles } from './Tiles'
import { useFirstSteps } from './firstSteps'

const LastCampaigns = lazy(() => import('./LastCampaigns').then((m) => ({ default: m.LastCampaigns })))

/** Home tells what needs the person now: the first steps, later the figures and the last campaigns. */
export function Home() {
  const { t } = useTranslation('home')
  const me = useMe()
  const canCreate = useCan('campaigns.edit')
  const steps = useFirstSteps()
  const primary = canCreate && steps.data?.every((s) => s.done) && (
    <Button renderRoot={(props) => <Link {...props} to={'/campaigns/new' as '/'} />}>{t('create')}</Button>
  )
  return (
    <Page title={t('title')} state={me.account.name} primary={primary || undefined}>
      {steps.data?.some((s) => !s.done) && <Checklist steps={steps.data} />}
      <Tiles />
      {me.permissions.includes('campaigns.view') && (
        <Suspense fallback={<CampaignsSkeleton />}>
          <LastCampaigns />
        </Suspense>
      )}
    </Page>
  )
}

// The place of the table while its code comes, so that nothing jumps.
function CampaignsSkeleton() {
  const { t } = useTranslation('home')
  return (
    <Panel title={t('campaigns.title')} flush>
      <TableSkeleton rows={5} />
    </Panel>
  )
}
