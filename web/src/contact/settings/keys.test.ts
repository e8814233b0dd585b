import { describe, expect, it } from 'vitest'
import { chosenOf, keysOf } from './keys'
import { moved } from './moved'

describe('keys of a wording', () => {
  it('are each purpose on each channel, the topic only with advertising', () => {
    const keys = keysOf({ channels: ['email', 'sms'], purposes: ['advertising', 'third_party'], topic: 'top_1' })
    expect(keys).toEqual([
      { channel: 'email', purpose: 'advertising', topic: 'top_1' },
      { channel: 'email', purpose: 'third_party' },
      { channel: 'sms', purpose: 'advertising', topic: 'top_1' },
      { channel: 'sms', purpose: 'third_party' },
    ])
    expect(keysOf(chosenOf(keys))).toEqual(keys)
  })
})

describe('moved', () => {
  it('moves one item by one place and leaves the ends alone', () => {
    expect(moved(['a', 'b', 'c'], 2, -1)).toEqual(['a', 'c', 'b'])
    expect(moved(['a', 'b'], 0, -1)).toEqual(['a', 'b'])
    expect(moved(['a', 'b'], 1, 1)).toEqual(['a', 'b'])
  })
})
