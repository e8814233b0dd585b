import { describe, expect, it } from 'vitest'
import type { Letter } from '@/api'
import { type Doc, docOf, withDoc } from './doc'
import { setLangs } from './edit'
import { carried, envelopeIn, handedOver, written } from './envelope'

const doc = (meta: Partial<Doc['meta']> = {}): Doc => ({ v: 1, meta: { langs: ['ru', 'kk'], default_lang: 'ru', ...meta }, rows: [] }) as unknown as Doc
const letter = (subject: string, d: Doc) => withDoc({ subject, preheader: '' } as Letter, d)

describe('subject and preheader per language (MSG-1)', () => {
  it('leaves those of the own language to the letter, so that lists and campaigns change what is sent', () => {
    expect(written(doc(), 'ru', 'subject', 'Скидки')).toEqual({ letter: { subject: 'Скидки' }, meta: undefined })
    expect(written(doc(), 'kk', 'subject', 'Жеңілдік')).toEqual({ meta: { subject: { kk: 'Жеңілдік' } } })
    const old = doc({ subject: { ru: 'было', kk: 'болды' } })
    expect(written(old, 'ru', 'subject', 'стало')).toEqual({ letter: { subject: 'стало' }, meta: { subject: { kk: 'болды' } } })
  })

  it('reads what is sent', () => {
    const d = doc({ subject: { kk: 'Жеңілдік' } })
    expect(envelopeIn({ subject: 'Скидки', preheader: 'до пятницы' }, d, 'ru')).toEqual({ subject: 'Скидки', preheader: 'до пятницы' })
    expect(envelopeIn({ subject: 'Скидки', preheader: 'до пятницы' }, d, 'kk')).toEqual({ subject: 'Жеңілдік', preheader: '' })
    const old = doc({ subject: { ru: 'было' } })
    expect([envelopeIn({ subject: 'стало', preheader: '' }, old, 'ru').subject, envelopeIn({ subject: '', preheader: '' }, old, 'ru').subject]).toEqual(['стало', 'было'])
  })

  it('carries the lines when another language becomes the own one, and back by undo', () => {
    const before = letter('Скидки', doc({ subject: { kk: 'Жеңілдік' } }))
    const d = docOf(before)!
    const after = carried(before, setLangs(handedOver(d, 'kk', before), ['ru', 'kk'], 'kk'))
    expect(after.subject).toBe('Жеңілдік')
    expect(docOf(after)!.meta.subject).toEqual({ ru: 'Скидки' })
    expect(carried(after, d)).toEqual(before)
  })

  it('keeps the line when the new language has none', () => {
    const before = letter('Скидки', doc())
    expect(carried(before, setLangs(handedOver(docOf(before)!, 'kk', before), ['kk'], 'kk')).subject).toBe('Скидки')
  })
})
