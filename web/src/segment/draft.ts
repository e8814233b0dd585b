import type { Condition } from '@/api'

// A segment as it is built on the screen: groups joined by one word, conditions in them joined by another, and who is left out. The
// tree that the API takes may be deeper; such a one is shown in words and not taken apart here.

export type Join = 'all' | 'any'
export type Op = NonNullable<Condition['op']>
export type Kind = NonNullable<Condition['kind']>

/** A condition with a key of its own while it is being built. */
export interface Leaf {
  uid: number
  c: Condition
}

export interface Group {
  uid: number
  join: Join
  leaves: Leaf[]
}

export interface Draft {
  join: Join
  groups: Group[]
  except: Leaf[]
}

let last = 0
/** uid names a part of the draft on this screen. */
export const uid = () => ++last

export const leafOf = (c: Condition): Leaf => ({ uid: uid(), c })
export const groupOf = (leaves: Leaf[], join: Join = 'all'): Group => ({ uid: uid(), join, leaves })
export const emptyDraft = (): Draft => ({ join: 'all', groups: [groupOf([])], except: [] })

/** What the values of a subject are like; it decides which comparisons fit. */
export type Sort = 'text' | 'number' | 'date' | 'boolean' | 'choice' | 'list' | 'moment' | 'domain' | 'code' | 'fact'

export const opsOf: Record<Sort, Op[]> = {
  text: ['is', 'is_not', 'contains', 'not_contains', 'begins', 'ends', 'any_of', 'none_of', 'empty', 'filled'],
  number: ['is', 'is_not', 'gt', 'gte', 'lt', 'lte', 'between', 'empty', 'filled'],
  date: ['anniversary', 'last_days', 'next_days', 'older_days', 'on', 'before', 'after', 'between', 'empty', 'filled'],
  boolean: ['yes', 'no', 'empty', 'filled'],
  choice: ['any_of', 'none_of', 'empty', 'filled'],
  list: ['any_of', 'all_of', 'none_of', 'empty', 'filled'],
  moment: ['last_days', 'older_days', 'on', 'before', 'after', 'between'],
  domain: ['any_of', 'none_of'],
  code: ['any_of', 'none_of', 'empty', 'filled'],
  fact: ['yes', 'no'],
}

/** Attributes that every contact has. */
export const attributes: Record<string, Sort> = {
  email: 'text',
  email_domain: 'domain',
  undeliverable: 'fact',
  phone: 'text',
  phone_country: 'code',
  phone_operator: 'code',
  first_name: 'text',
  last_name: 'text',
  lang: 'code',
  created_at: 'moment',
  updated_at: 'moment',
}

const bare: Op[] = ['empty', 'filled', 'yes', 'no']
const several: Op[] = ['any_of', 'all_of', 'none_of']
const byDays: Op[] = ['last_days', 'next_days', 'older_days']

export const isBare = (op?: Op) => op !== undefined && bare.includes(op)
export const isSeveral = (op?: Op) => op !== undefined && several.includes(op)
export const isByDays = (op?: Op) => op !== undefined && byDays.includes(op)

const has = (v: unknown) => v !== undefined && v !== null && v !== ''

/** complete tells a condition that can be asked from one that still lacks a word. */
export function complete(c: Condition): boolean {
  switch (c.kind) {
    case 'attribute':
    case 'field':
      if (!c.key || !c.op) return false
      if (isBare(c.op)) return true
      if (isSeveral(c.op)) return (c.values?.length ?? 0) > 0
      if (c.op === 'between') return has(c.from) && has(c.to)
      if (c.op === 'anniversary') return true
      return isByDays(c.op) ? (c.days ?? 0) > 0 : has(c.value)
    case 'tag':
    case 'list':
    case 'import':
    case 'segment':
      return (c.values?.length ?? 0) > 0
    case 'activity':
      return Boolean(c.act) && (c.campaigns === undefined || c.campaigns.length > 0)
    case 'inactivity':
      return (c.days ?? 0) > 0
    default:
      return true
  }
}

/** The tree of a draft, with the places of its parts: for errors, and for the counts of single conditions. */
export interface Built {
  condition: Condition
  paths: Map<number, string>
  parts: Map<number, number>
}

/** build makes the tree; null while the draft is empty or a condition is not complete. */
export function build(d: Draft): Built | null {
  const groups = d.groups.filter((g) => g.leaves.length > 0)
  const all = [...groups.flatMap((g) => g.leaves), ...d.except]
  if (all.length === 0 || all.some((l) => !complete(l.c))) return null
  const paths = new Map<number, string>()
  const parts = new Map<number, number>()
  const only = groups.length === 1 ? groups[0]! : null
  if (only && (d.except.length === 0 || only.join === 'all')) return flat(only, d.except, paths, parts)
  const exceptIndex = groups.length === 0 || d.join === 'any' ? (groups.length === 0 ? 0 : 1) : groups.length
  const inside = d.join === 'any' && d.except.length > 0 ? 'condition.all[0].any' : `condition.${d.join}`
  const children = groups.map((g, i) => grouped(g, `${inside}[${i}]`, paths))
  if (inside === `condition.${d.join}`) groups.forEach((g, i) => parts.set(g.uid, i))
  const rest = exception(d.except, `condition.all[${exceptIndex}].not`, paths)
  if (rest.length === 0) return { condition: { [d.join]: children }, paths, parts }
  if (d.join === 'all' || groups.length === 0) return { condition: { all: [...children, ...rest] }, paths, parts }
  return { condition: { all: [{ any: children }, ...rest] }, paths, parts }
}

// One group is the root itself: then every condition has a count of its own.
function flat(g: Group, except: Leaf[], paths: Map<number, string>, parts: Map<number, number>): Built {
  g.leaves.forEach((l, i) => {
    paths.set(l.uid, `condition.${g.join}[${i}]`)
    parts.set(l.uid, i)
  })
  const rest = exception(except, `condition.${g.join}[${g.leaves.length}].not`, paths)
  return { condition: { [g.join]: [...g.leaves.map((l) => l.c), ...rest] }, paths, parts }
}

function grouped(g: Group, path: string, paths: Map<number, string>): Condition {
  g.leaves.forEach((l, i) => paths.set(l.uid, `${path}.${g.join}[${i}]`))
  return { [g.join]: g.leaves.map((l) => l.c) }
}

function exception(except: Leaf[], path: string, paths: Map<number, string>): Condition[] {
  if (except.length === 0) return []
  except.forEach((l, i) => paths.set(l.uid, `${path}.any[${i}]`))
  return [{ not: { any: except.map((l) => l.c) } }]
}

const isLeaf = (c: Condition) => c.kind !== undefined
const joinOf = (c: Condition): Join | null => (c.all ? 'all' : c.any ? 'any' : null)

/** take takes a tree apart; null when it is deeper than the screen. */
export function take(c: Condition): Draft | null {
  if (isLeaf(c)) return { join: 'all', groups: [groupOf([leafOf(c)])], except: [] }
  const alone = c.not && exceptOf(c)
  if (alone) return { join: 'all', groups: [groupOf([])], except: alone }
  const join = joinOf(c)
  if (!join) return null
  const children = c[join] ?? []
  const lastOne = children.at(-1)
  const except = join === 'all' && lastOne?.not ? exceptOf(lastOne) : []
  if (except === null) return null
  const rest = except.length > 0 ? children.slice(0, -1) : children
  if (except.length > 0 && rest.length === 1 && !isLeaf(rest[0]!)) {
    const inner = take(rest[0]!)
    return inner && inner.except.length === 0 ? { ...inner, except } : null
  }
  if (rest.every(isLeaf)) return { join: 'all', groups: [groupOf(rest.map(leafOf), join)], except }
  const groups = rest.map(groupFrom)
  return groups.includes(null) ? null : { join, groups: groups as Group[], except }
}

function groupFrom(c: Condition): Group | null {
  if (isLeaf(c)) return groupOf([leafOf(c)])
  const join = joinOf(c)
  const list = join ? (c[join] ?? []) : []
  return join && list.length > 0 && list.every(isLeaf) ? groupOf(list.map(leafOf), join) : null
}

function exceptOf(c: Condition): Leaf[] | null {
  const inner = c.not
  if (!inner) return null
  if (isLeaf(inner)) return [leafOf(inner)]
  return inner.any?.every(isLeaf) ? inner.any.map(leafOf) : null
}
