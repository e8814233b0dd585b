import { useTranslation } from 'react-i18next'
import { Page } from '@/ui/Page'
import { Topics } from './Topics'
import { Wordings } from './Wordings'

/** ConsentSettings holds what contacts agree to: topics they choose from, and the words of consent with their versions (AUD-1). */
export function ConsentSettings() {
  const { t } = useTranslation('consent')
  return (
    <Page title={t('title')} state={t('state')}>
      <Topics />
      <Wordings />
    </Page>
  )
}
