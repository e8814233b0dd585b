import { describe, expect, it } from 'vitest'
import { inOrder, move } from '@/preference/order'

describe('the order of what a page offers', () => {
  it('moves one place and stays at the ends', () => {
    expect(move(['a', 'b', 'c'], 1, -1)).toEqual(['b', 'a', 'c'])
    expect(move(['a', 'b', 'c'], 1, 1)).toEqual(['a', 'c', 'b'])
    expect(move(['a', 'b'], 0, -1)).toEqual(['a', 'b'])
    expect(move(['a', 'b'], 1, 1)).toEqual(['a', 'b'])
  })
  it('has new things after those that were put in order, and nothing that is gone', () => {
    expect(inOrder(['new', 'x', 'y'], ['y', 'gone', 'x'], (s) => s)).toEqual(['y', 'x', 'new'])
  })
})
