import i18next from 'i18next'
import { beforeAll, expect, it } from 'vitest'
import { fieldErrors, problemOf, problemText } from '@/lib/errors'
import common from '@/i18n/ru/common.json'
import ru from '@/i18n/ru/errors.json'

beforeAll(() => i18next.init({ lng: 'ru', resources: { ru: { errors: ru, common } }, keySeparator: false, interpolation: { escapeValue: false } }))

it('says a known code in words, with its parameters', () => {
  expect(problemText({ status: 422, code: 'too_short', params: { min: 10 } })).toContain('10')
})

it('gives a code that this build does not know the words of its kind, never a raw key', () => {
  expect(problemText({ status: 403, code: 'future.code' })).toBe(ru.forbidden)
  expect(problemText({ status: 409, code: 'future.code', detail: 'All seats are taken.' })).toBe('All seats are taken.')
  expect(problemText({ status: 500, code: 'future.code', detail: 'pq: secret' })).toContain('future.code')
})

it('has words for what it cannot name before the catalogue of errors has come', async () => {
  i18next.removeResourceBundle('ru', 'errors')
  expect(problemText(problemOf(new TypeError('Failed to fetch')))).toBe(common.offline)
  expect(problemText({ status: 403, code: 'forbidden' })).toContain('forbidden')
  i18next.addResourceBundle('ru', 'errors', ru)
})

it('calls a failed connection by its name', () => {
  expect(problemOf(new TypeError('Failed to fetch')).code).toBe('offline')
})

it('ties every wrong field to its message, and drops the prefix of the body', () => {
  const errors = fieldErrors({ status: 422, code: 'invalid', errors: [{ path: 'body.email', code: 'access.bad_email' }, { path: 'name', code: 'required' }] })
  expect(errors).toEqual({ email: ru['access.bad_email'], name: ru.required })
})
