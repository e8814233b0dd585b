import { useTranslation } from 'react-i18next'
import { codeOrText } from '@/lib/errors'

interface Coded {
  code: string
  text: string
  params?: Record<string, unknown>
}

/** useProblemText says a problem of a letter in words; its English text when the code is new. */
export function useProblemText() {
  const { t } = useTranslation('content')
  return (p: Coded) => t(`problem.${p.code}`, { ...p.params, defaultValue: '' }) || codeOrText(p)
}
