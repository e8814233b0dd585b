import { useTranslation } from 'react-i18next'
import { importSteps } from './steps'

/** useSteps gives the steps of the wizard with their names. */
export function useSteps() {
  const { t } = useTranslation('intake')
  return importSteps.map((key) => ({ key, label: t(`step.${key}`) }))
}
