import type { ConsentDeclaration } from '@/api'

/** What the form of the declaration holds; an empty answer means that nothing was chosen yet. */
export interface ConsentForm {
  answer: '' | 'yes' | 'no'
  source: string
  date: string
  channels: string[]
  purpose: NonNullable<ConsentDeclaration['purpose']>
  /** Id of a topic; empty for the purpose as a whole. */
  topic: string
  /** Id of one of the account's wordings; empty when the words were typed. */
  choice: string
  wording: string
}

/** formOf fills the form. A declaration that was never made leaves the answer open. */
export function formOf(d: ConsentDeclaration): ConsentForm {
  return {
    answer: d.declared ? 'yes' : '',
    source: d.source ?? '',
    date: d.date ?? '',
    channels: d.channels && d.channels.length > 0 ? d.channels : ['email'],
    purpose: d.purpose ?? 'advertising',
    topic: d.topic ?? '',
    choice: d.choice ?? '',
    wording: d.wording ?? '',
  }
}

/** consentOf makes what the API takes. */
export function consentOf(f: ConsentForm): ConsentDeclaration {
  if (f.answer !== 'yes') return { declared: false }
  return {
    declared: true,
    source: f.source.trim(),
    date: f.date,
    channels: f.channels,
    purpose: f.purpose,
    topic: f.topic,
    choice: f.choice,
    wording: f.wording.trim(),
  }
}

/** checkConsent finds what is missing; codes of the errors catalogue by field. The server checks again. */
export function checkConsent(f: ConsentForm): Record<string, string> {
  if (f.answer === '') return { consent: 'import.consent_needed' }
  if (f.answer === 'no') return {}
  const out: Record<string, string> = {}
  if (f.source.trim().length < 3) out['consent.source'] = 'import.consent_source'
  if (!/^\d{4}-\d\d-\d\d$/.test(f.date)) out['consent.date'] = 'import.consent_date'
  if (f.channels.length === 0) out['consent.channels'] = 'import.consent_channels'
  if (f.wording.trim().length < 10) out['consent.wording'] = 'import.consent_wording'
  return out
}
