import type { ColumnMapping, Import } from '@/api'

export type NewKind = NonNullable<ColumnMapping['new_kind']>

/** Kinds of fields that can be made from a file. */
export const newKinds = ['text', 'number', 'date', 'boolean', 'list'] as const satisfies readonly NewKind[]

/** Where a column goes: a field's key, "" to leave it out, "new" to make a field. */
export interface Target {
  field: string
  /** Label of a field to be made, and its kind. */
  label: string
  kind: NewKind
}

export const leaveOut = ''
export const newField = '+new'

/** targetsOf gives the targets of an import: what was saved, else what the server proposes. */
export function targetsOf(file: Import): Target[] {
  const saved = file.settings.mapping
  return file.columns.map((c) => {
    const m = saved.find((x) => x.column === c.index)
    const kind = m?.new_kind ?? c.proposal.new_kind
    if (m) return { field: m.new_field ? newField : m.field, label: m.new_field ?? '', kind }
    return { field: saved.length > 0 ? leaveOut : c.proposal.field, label: '', kind }
  })
}

/** mappingOf makes the mapping that the API takes. */
export function mappingOf(file: Import, targets: Target[]): ColumnMapping[] {
  const used = new Set(targets.map((t) => t.field))
  return file.columns.map((c, i) => {
    const t = targets[i]!
    if (t.field !== newField) return { column: c.index, field: t.field }
    const key = uniqueKey(keyOf(t.label), used)
    used.add(key)
    return { column: c.index, field: key, new_field: t.label.trim(), new_kind: t.kind }
  })
}

export interface MappingProblems {
  /** Columns by index that go to a field of another column, or lack a label. */
  columns: Map<number, 'twice' | 'label'>
  /** Why the whole cannot go on. */
  whole: 'no_identifier' | 'names_twice' | null
}

/** checkMapping finds what blocks the step; the server checks again. */
export function checkMapping(targets: Target[]): MappingProblems {
  const columns = new Map<number, 'twice' | 'label'>()
  const seen = new Map<string, number>()
  targets.forEach((t, i) => {
    if (t.field === leaveOut) return
    if (t.field === newField) {
      if (t.label.trim() === '') columns.set(i, 'label')
      return
    }
    if (t.field === 'tags') return // several columns of tags add up
    const first = seen.get(t.field)
    if (first !== undefined) columns.set(first, 'twice').set(i, 'twice')
    else seen.set(t.field, i)
  })
  const identified = seen.has('email') || seen.has('phone')
  const names = seen.has('full_name') && (seen.has('first_name') || seen.has('last_name'))
  return { columns, whole: !identified ? 'no_identifier' : names ? 'names_twice' : null }
}

const letters: Record<string, string> = Object.fromEntries(
  (
    'а a,ә a,б b,в v,г g,ғ g,д d,е e,ё e,ж zh,з z,и i,й i,к k,қ q,л l,м m,н n,ң n,о o,ө o,п p,р r,с s,т t,у u,ұ u,ү u,ф f,х h,һ h,' +
    'ц c,ч ch,ш sh,щ sch,ъ ,ы y,і i,ь ,э e,ю yu,я ya'
  )
    .split(',')
    .map((p) => p.split(' ') as [string, string]),
)

/** keyOf makes the key of a field from its label: Latin letters, digits and _, beginning with a letter, at most 40. */
export function keyOf(label: string): string {
  const plain = Array.from(label.toLowerCase(), (c) => letters[c] ?? c)
    .join('')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '')
    .slice(0, 40)
  return plain || 'field'
}

function uniqueKey(key: string, used: ReadonlySet<string>): string {
  for (let n = 1; ; n++) {
    const k = n === 1 ? key : `${key.slice(0, 36)}_${n}`
    if (!used.has(k)) return k
  }
}
