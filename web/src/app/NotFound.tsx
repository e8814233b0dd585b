import { Button } from '@mantine/core'
import { IconMapOff } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { EmptyState } from '@/ui/EmptyState'
import { Page } from '@/ui/Page'

/** NotFound stands for an address that leads nowhere, inside or outside of the shell. */
export function NotFound() {
  const { t } = useTranslation()
  return (
    <main>
      <Page title={t('not_found.title')}>
        <EmptyState
          icon={IconMapOff}
          title={t('not_found.heading')}
          text={t('not_found.text')}
          action={<Button renderRoot={(props) => <Link to="/" {...props} />}>{t('not_found.home')}</Button>}
        />
      </Page>
    </main>
  )
}
