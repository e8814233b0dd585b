import { describe, expect, it } from 'vitest'
import type { Condition } from '@/api'
import { build, complete, type Draft, emptyDraft, groupOf, leafOf, take } from './draft'

const tag: Condition = { kind: 'tag', op: 'any_of', values: ['tag_1'] }
const idle: Condition = { kind: 'inactivity', days: 90 }
const city: Condition = { kind: 'field', key: 'city', op: 'is', value: 'Алматы' }

const draft = (d: Partial<Draft>): Draft => ({ ...emptyDraft(), ...d })

describe('a draft of a segment', () => {
  it('asks nothing while it is empty or a condition lacks a word', () => {
    expect(build(emptyDraft())).toBeNull()
    expect(build(draft({ groups: [groupOf([leafOf(tag), leafOf({ kind: 'field', key: 'city', op: 'is' })])] }))).toBeNull()
    expect(complete({ kind: 'activity', op: 'did', act: 'opened', campaigns: [] })).toBe(false)
    expect(complete({ kind: 'field', key: 'x', op: 'is', value: 0 })).toBe(true)
  })

  it('of one group is that group, so that every condition has a count of its own', () => {
    const b = build(draft({ groups: [groupOf([leafOf(tag), leafOf(idle)], 'any')] }))!
    expect(b.condition).toEqual({ any: [tag, idle] })
    expect([...b.parts.values()]).toEqual([0, 1])
    expect([...b.paths.values()]).toEqual(['condition.any[0]', 'condition.any[1]'])
  })

  // Every draft becomes the tree it means, and comes back from it as it was.
  const cases: [string, Draft, Condition][] = [
    ['one group with an exception', draft({ groups: [groupOf([leafOf(tag)])], except: [leafOf(idle)] }), { all: [tag, { not: { any: [idle] } }] }],
    ['a choice with an exception', draft({ groups: [groupOf([leafOf(tag), leafOf(city)], 'any')], except: [leafOf(idle)] }), { all: [{ any: [tag, city] }, { not: { any: [idle] } }] }],
    ['two groups', draft({ join: 'any', groups: [groupOf([leafOf(tag), leafOf(city)]), groupOf([leafOf(idle), leafOf(tag)], 'any')] }), { any: [{ all: [tag, city] }, { any: [idle, tag] }] }],
    [
      'two groups, either of them, with an exception',
      draft({ join: 'any', groups: [groupOf([leafOf(tag), leafOf(city)]), groupOf([leafOf(idle)])], except: [leafOf(city)] }),
      { all: [{ any: [{ all: [tag, city] }, { all: [idle] }] }, { not: { any: [city] } }] },
    ],
    ['only an exception', draft({ groups: [groupOf([])], except: [leafOf(idle)] }), { all: [{ not: { any: [idle] } }] }],
  ]
  it.each(cases)('%s is built and taken apart again', (_, d, want) => {
    const b = build(d)!
    expect(b.condition).toEqual(want)
    const again = take(b.condition)!
    expect(build(again)!.condition).toEqual(want)
    for (const [uid, path] of b.paths) {
      const leaf = [...d.groups.flatMap((g) => g.leaves), ...d.except].find((l) => l.uid === uid)!
      expect(at(b.condition, path), path).toEqual(leaf.c)
    }
  })

  it('leaves trees alone that are deeper than the screen', () => {
    expect(take({ all: [{ any: [{ all: [tag, { not: idle }] }] }] })).toBeNull()
    expect(take({ not: { all: [tag, idle] } })).toBeNull()
  })
})

// at follows a path of the server through the tree.
function at(c: Condition, path: string): unknown {
  return path
    .replace(/^condition\.?/, '')
    .split(/[.[\]]+/)
    .filter(Boolean)
    .reduce<unknown>((x, key) => (x as Record<string, unknown>)[key], c)
}
