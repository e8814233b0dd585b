import { expect, it } from 'vitest'
import * as v from 'valibot'
import { email, newPassword, strength, suggestEmail } from '@/lib/rules'
import { validTaxNumber } from '@/lib/taxid'

it.each([
  ['aida@gmial.com', 'aida@gmail.com'],
  ['aida@mail.ry', 'aida@mail.ru'],
  ['aida@yandx.kz', 'aida@yandex.kz'],
  ['aida@gmail.com', null],
  ['aida@keruen.kz', null],
  ['aida', null],
])('suggests for %s: %s', (typed, meant) => {
  expect(suggestEmail(typed)).toBe(meant)
})

it('takes addresses of any script and refuses what has no domain', () => {
  expect(v.is(email, 'айгүл@пошта.қаз')).toBe(true)
  expect(v.is(email, 'aida@localhost')).toBe(false)
  expect(v.is(email, 'aida example@mail.ru')).toBe(false)
})

it('takes long passwords with spaces and refuses short ones', () => {
  expect(v.is(newPassword, 'верблюд идёт ночью')).toBe(true)
  expect(v.is(newPassword, 'short')).toBe(false)
})

it.each([
  ['short', 'short'],
  ['1111111111', 'weak'],
  ['passwordpass', 'weak'],
  ['caravan2026', 'fair'],
  ['Caravan-2026', 'good'],
  ['верблюд идёт ночью', 'good'],
] as const)('judges %s as %s', (password, how) => {
  expect(strength(password)).toBe(how)
})

it.each([
  ['971240001315', true],
  ['971240001316', false],
  ['97124000131', false],
  ['', false],
])('checks the control digit of %s', (number, good) => {
  expect(validTaxNumber(number)).toBe(good)
})
