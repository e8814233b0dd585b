import { describe, expect, it } from 'vitest'
import { offsetOf, placeholder } from './content'

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
