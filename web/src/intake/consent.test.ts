import { describe, expect, it } from 'vitest'
import { checkConsent, consentOf, formOf } from './consent'

const full = {
  answer: 'yes' as const,
  source: 'форма на сайте',
  date: '2026-10-01',
  channels: ['email'],
  purpose: 'advertising' as const,
  topic: '',
  choice: '',
  wording: 'Хочу получать новости',
}

// AUD-1
describe('the declaration of consent', () => {
  it('chooses nothing in advance', () => {
    expect(formOf({ declared: false }).answer).toBe('')
    expect(checkConsent(formOf({ declared: false }))).toEqual({ consent: 'import.consent_needed' })
  })

  it('takes "no consent" as an honest answer and sends nothing else', () => {
    const no = { ...full, answer: 'no' as const }
    expect(checkConsent(no)).toEqual({})
    expect(consentOf(no)).toEqual({ declared: false })
  })

  it('needs the source, the day, a channel and the words', () => {
    expect(checkConsent(full)).toEqual({})
    expect(Object.keys(checkConsent({ ...full, source: '', date: '', channels: [], wording: 'да' }))).toEqual([
      'consent.source',
      'consent.date',
      'consent.channels',
      'consent.wording',
    ])
  })

  it('fills the form again with what was declared', () => {
    expect(formOf(consentOf(full))).toEqual(full)
  })
})
