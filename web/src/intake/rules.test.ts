import { describe, expect, it } from 'vitest'
import type { Field, Import } from '@/api'
import { withRemedy } from './remedies'
import { asksDates, identities } from './rules'

const file = (dates: string | undefined, kind: 'date' | 'text' = 'date') =>
  ({
    columns: [{ index: 0 }, { index: 1, dates }],
    settings: {
      mapping: [
        { column: 0, field: 'phone' },
        { column: 1, field: 'born', new_field: 'Рождение', new_kind: kind },
      ],
    },
  }) as unknown as Import

// AUD-5
describe('what is asked about a file', () => {
  it('asks for the order of dates only when the file leaves it open', () => {
    expect(asksDates(file('any'), [])).toBe(true)
    expect(asksDates(file('dmy'), [])).toBe(false)
    expect(asksDates(file('any', 'text'), [])).toBe(false)
  })

  it('knows the kind of fields that are there already', () => {
    const old = file('any')
    old.settings.mapping[1] = { column: 1, field: 'born' }
    expect(asksDates(old, [{ key: 'born', kind: 'date' } as unknown as Field])).toBe(true)
    expect(asksDates(old, [])).toBe(false)
  })

  it('offers only ways of recognising that the file has', () => {
    expect(identities(file('any'))).toEqual(['phone'])
  })

  it('keeps one remedy for a trouble of a column', () => {
    const first = withRemedy([], { code: 'value.date', column: 2, action: 'clear' })
    const second = withRemedy(first, { code: 'value.date', column: 2, action: 'skip' })
    expect(second).toEqual([{ code: 'value.date', column: 2, action: 'skip' }])
    expect(withRemedy(second, { code: 'value.date', column: 3, action: 'skip' })).toHaveLength(2)
  })
})
