import { describe, expect, it } from 'vitest'
import en from '@/i18n/en/content.json'
import kk from '@/i18n/kk/content.json'
import ru from '@/i18n/ru/content.json'
import { offsetOf, placeholder } from './content'
import { sentence } from './problems'

describe('places in a letter', () => {
  const text = 'first\nsecond\nthird'
  it.each([
    [1, 1, 0],
    [2, 3, 8],
    [3, 1, 13],
    [9, 1, text.length],
    [3, 99, text.length],
  ])('line %i, column %i is at %i', (line, column, at) => expect(offsetOf(text, line, column)).toBe(at))
})

describe('personal fields', () => {
  it('carry the words for an empty value', () => {
    expect(placeholder('first_name', 'друг')).toBe('{{first_name|друг}}')
    expect(placeholder('first_name', '')).toBe('{{first_name}}')
  })
})

describe('why the way out cannot be seen', () => {
  const words = (source: Record<string, string>) => (key: string, o?: Record<string, unknown>) =>
    (source[key] ?? String(o?.defaultValue ?? key)).replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(o?.[name] ?? ''))

  it.each([
    ['ru', ru, 'Причина: за краем страницы. Где: p, правило стиля .x. Когда: при ширине окна 600 пикселей.'],
    ['kk', kk, 'Себебі: беттің шетінен тыс. Қайда: p, стиль ережесі .x. Қашан: терезе ені 600 пиксель болғанда.'],
    ['en', en, 'Reason: it lies off the page. Where: p, style rule .x. When: in a window 600 pixels wide.'],
  ])('is said with reason, element, rule and view in %s', (_, source, want) => {
    const said = sentence(words(source), {
      code: 'unsubscribe.hidden',
      text: '',
      params: { reason: 'off_screen', element: 'p', rule: '.x', view: 'width_600' },
    })
    expect(said.startsWith(source['problem.unsubscribe.hidden'])).toBe(true)
    expect(said.endsWith(want)).toBe(true)
  })

  it('leaves problems of other kinds as they are', () => {
    const p = { code: 'link.empty', text: '', params: { link: 'x' } }
    expect(sentence(words(en), p)).toBe(en['problem.link.empty'])
    expect(sentence(words(en), { code: 'not.known', text: '' })).toBe('')
  })
})
