import { describe, expect, it } from 'vitest'
import { isSame, nextPart, rateOf } from './upload'

// AUD-5
describe('an upload in parts', () => {
  it('tells its speed from what was sent lately', () => {
    expect(rateOf([])).toBe(0)
    expect(rateOf([[1000, 5]])).toBe(0)
    expect(
      rateOf([
        [1000, 1_000_000],
        [3000, 5_000_000],
      ]),
    ).toBe(2_000_000)
  })

  it('makes parts larger on a fast line and smaller on a slow one, within bounds', () => {
    const most = 16 << 20
    expect(nextPart(1 << 20, 100, most)).toBe(2 << 20)
    expect(nextPart(most, 100, most)).toBe(most)
    expect(nextPart(1 << 20, 5000, most)).toBe(512 << 10)
    expect(nextPart(128 << 10, 5000, most)).toBe(128 << 10)
    expect(nextPart(1 << 20, 1500, most)).toBe(1 << 20)
  })

  it('goes on only with the same file', () => {
    const u = { id: 'upl_1', name: 'a.csv', size: 10, modified: 7 }
    const file = { name: 'a.csv', size: 10, lastModified: 7 } as File
    expect(isSame(u, file)).toBe(true)
    expect(isSame(u, { ...file, size: 11 } as File)).toBe(false)
    expect(isSame(u, { ...file, lastModified: 8 } as File)).toBe(false)
    expect(isSame(null, file)).toBe(false)
  })
})
