import { describe, expect, it } from 'vitest'
import type { Import } from '@/api'
import { checkMapping, keyOf, leaveOut, mappingOf, newField, targetsOf } from './mapping'

const file = (mapping: Import['settings']['mapping'] = []) =>
  ({
    columns: [
      { index: 0, header: 'Почта', samples: [], proposal: { field: 'email', confidence: 'exact', new_kind: 'text' } },
      { index: 1, header: 'Город', samples: [], proposal: { field: '', confidence: 'none', new_kind: 'text' } },
      { index: 2, header: 'Имя', samples: [], proposal: { field: 'first_name', confidence: 'likely', new_kind: 'text' } },
    ],
    settings: { mapping },
  }) as unknown as Import

// AUD-5
describe('where columns of a file go', () => {
  it('begins with what the server proposes', () => {
    expect(targetsOf(file()).map((t) => t.field)).toEqual(['email', leaveOut, 'first_name'])
  })

  it('keeps what was saved, so that a reload loses nothing', () => {
    const saved = [
      { column: 0, field: 'email' },
      { column: 1, field: 'gorod', new_field: 'Город' },
      { column: 2, field: '' },
    ]
    expect(targetsOf(file(saved))).toEqual([
      { field: 'email', label: '', kind: 'text' as const },
      { field: newField, label: 'Город', kind: 'text' as const },
      { field: leaveOut, label: '', kind: 'text' as const },
    ])
  })

  it('makes keys of new fields out of Russian and Kazakh names, never the same twice', () => {
    const targets = [
      { field: 'email', label: '', kind: 'text' as const },
      { field: newField, label: 'Қала', kind: 'text' as const },
      { field: newField, label: 'қала ', kind: 'text' as const },
    ]
    expect(mappingOf(file(), targets)).toEqual([
      { column: 0, field: 'email' },
      { column: 1, field: 'qala', new_field: 'Қала', new_kind: 'text' },
      { column: 2, field: 'qala_2', new_field: 'қала', new_kind: 'text' },
    ])
  })

  it.each([
    ['Дата рождения', 'data_rozhdeniya'],
    ['2-й телефон', 'i_telefon'],
    ['!!!', 'field'],
    ['a'.repeat(80), 'a'.repeat(40)],
  ])('makes of %s the key %s', (label, key) => expect(keyOf(label)).toBe(key))

  it('blocks two columns on one field, and marks both', () => {
    const wrong = checkMapping([
      { field: 'email', label: '', kind: 'text' as const },
      { field: 'email', label: '', kind: 'text' as const },
    ])
    expect([...wrong.columns]).toEqual([
      [0, 'twice'],
      [1, 'twice'],
    ])
  })

  it('lets several columns of tags add up', () => {
    const tags = ['email', 'tags', 'tags'].map((field) => ({ field, label: '', kind: 'text' as const }))
    expect(checkMapping(tags)).toEqual({ columns: new Map(), whole: null })
  })

  it('blocks a file in which nobody could be recognised', () => {
    expect(checkMapping([{ field: 'first_name', label: '', kind: 'text' as const }]).whole).toBe('no_identifier')
    expect(checkMapping([{ field: 'phone', label: '', kind: 'text' as const }]).whole).toBeNull()
  })

  it('blocks the full name beside its parts', () => {
    const both = ['email', 'full_name', 'last_name'].map((field) => ({ field, label: '', kind: 'text' as const }))
    expect(checkMapping(both).whole).toBe('names_twice')
  })

  it('asks for the name of a new field', () => {
    expect(checkMapping([{ field: newField, label: ' ', kind: 'text' as const }]).columns.get(0)).toBe('label')
  })
})
