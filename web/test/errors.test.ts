import i18next from 'i18next'
import { beforeAll, expect, it } from 'vitest'
import { fieldErrors, problemOf, problemText } from '@/lib/errors'
import ru from '@/i18n/ru/errors.json'

beforeAll(() => i18next.init({ lng: 'ru', resources: { ru: { errors: ru } }, keySeparator: false, interpolation: { escapeValue: false } }))

it('says a known code in words, with its parameters', () => {
  expect(problemText({ status: 422, code: 'too_short', params: { min: 10 } })).toContain('10')
})

it('gives a code that this build does not know the words of its kind, never a raw key', () => {
  expect(problemText({ status: 403, code: 'future.code' })).toBe(ru.forbidden)
  expect(problemText({ status: 409, code: 'future.code', detail: 'All seats are taken.' })).toBe('All seats are taken.')
  expect(problemText({ status: 500, code: 'future.code', detail: 'pq: secret' })).toContain('future.code')
})

it('calls a failed connection by its name', () => {
  expect(problemOf(new TypeError('Failed to fetch')).code).toBe('offline')
})

it('ties every wrong field to its message, and drops the prefix of the body', () => {
  const errors = fieldErrors({ status: 422, code: 'invalid', errors: [{ path: 'body.email', code: 'access.bad_email' }, { path: 'name', code: 'required' }] })
  expect(errors).toEqual({ email: ru['access.bad_email'], name: ru.required })
})
