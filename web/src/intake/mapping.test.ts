import { describe, expect, it } from 'vitest'
import type { Import } from '@/api'
import { checkMapping, keyOf, leaveOut, mappingOf, newField, targetsOf } from './mapping'

const file = (mapping: Import['settings']['mapping'] = []) =>
  ({
    columns: [
      { index: 0, header: 'Почта', samples: [], proposal: { field: 'email', confidence: 'exact' } },
      { index: 1, header: 'Город', samples: [], proposal: { field: '', confidence: 'none' } },
      { index: 2, header: 'Имя', samples: [], proposal: { field: 'first_name', confidence: 'likely' } },
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
      { field: 'email', label: '' },
      { field: newField, label: 'Город' },
      { field: leaveOut, label: '' },
    ])
  })

  it('makes keys of new fields out of Russian and Kazakh names, never the same twice', () => {
    const targets = [
      { field: 'email', label: '' },
      { field: newField, label: 'Қала' },
      { field: newField, label: 'қала ' },
    ]
    expect(mappingOf(file(), targets)).toEqual([
      { column: 0, field: 'email' },
      { column: 1, field: 'qala', new_field: 'Қала' },
      { column: 2, field: 'qala_2', new_field: 'қала' },
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
      { field: 'email', label: '' },
      { field: 'email', label: '' },
    ])
    expect([...wrong.columns]).toEqual([
      [0, 'twice'],
      [1, 'twice'],
    ])
  })

  it('blocks a file in which nobody could be recognised', () => {
    expect(checkMapping([{ field: 'first_name', label: '' }]).whole).toBe('no_identifier')
    expect(checkMapping([{ field: 'phone', label: '' }]).whole).toBeNull()
  })

  it('blocks the full name beside its parts', () => {
    const both = ['email', 'full_name', 'last_name'].map((field) => ({ field, label: '' }))
    expect(checkMapping(both).whole).toBe('names_twice')
  })

  it('asks for the name of a new field', () => {
    expect(checkMapping([{ field: newField, label: ' ' }]).columns.get(0)).toBe('label')
  })
})
