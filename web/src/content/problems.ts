import { useTranslation } from 'react-i18next'
import { codeOrText } from '@/lib/errors'

interface Coded {
  code: string
  text: string
  params?: Record<string, unknown>
}

type Words = (key: string, options?: Record<string, unknown>) => string

/** useProblemText says a problem of a letter in words; its English text when the code is new. */
export function useProblemText() {
  const { t } = useTranslation('content')
  return (p: Coded) => sentence(t as Words, p) || codeOrText(p)
}

/** sentence says a problem of a letter, with why, where and when its way out cannot be seen (AUD-2); "" when the code is new. */
export function sentence(t: Words, p: Coded): string {
  const { reason, element, rule, view, words } = (p.params ?? {}) as Record<string, string | undefined>
  const said = t(`problem.${p.code}`, { ...p.params, defaultValue: '' })
  if (!said || !reason || p.code.endsWith('.hurdle')) return said
  const parts = [said]
  const why = t(`reason.${reason}`, { defaultValue: '' })
  if (why) parts.push(t('why.reason', { reason: why }))
  if (words && p.code === 'unsubscribe.misleading') parts.push(t('why.words', { words }))
  else if (element) parts.push(rule ? t('why.rule', { element, rule }) : t('why.element', { element }))
  if (view) parts.push(t('why.view', { view: viewWords(t, view) }))
  return parts.join(' ')
}

// A view is a word, or a width: width_600, width_600_dark.
function viewWords(t: Words, view: string): string {
  const width = /^width_(\d+)(_dark)?$/.exec(view)
  return width ? t(`view.width${width[2] ?? ''}`, { width: width[1] }) : t(`view.${view}`, { defaultValue: view })
}
