// Segments in a real browser: a recipe, a condition by keyboard, a group and an exception, the sentence and the figure that follow, saving,
// the contacts it finds, a list frozen from it, a field that is deleted under it, and the same on a phone in the dark and in Kazakh.
// Run by browser_test.go, which gives a member; by hand:
//
//   node segment.mjs --base http://127.0.0.1:8080 --email me@example.kz --password … --out /tmp/pictures
import assert from 'node:assert/strict'
import { parseArgs } from 'node:util'
import { Stage } from './stage.mjs'
import { counted, say } from './words.mjs'

const { values: args } = parseArgs({
  options: {
    base: { type: 'string' },
    out: { type: 'string' },
    email: { type: 'string' },
    password: { type: 'string' },
    chromium: { type: 'string', default: process.env.CHROMIUM ?? '/usr/bin/chromium' },
  },
})

const stage = await Stage.open(args)
const page = await stage.newPage()
const name = 'Алматы без вип'

const button = (text) => page.getByRole('button', { name: text, exact: true })
const total = (n) => page.getByText(counted('segment:n', n), { exact: true })
const rest = (no, subject, what) => page.getByLabel(`${say('segment:condition_no', { no })}: ${subject}, ${say(`segment:${what}`)}`, { exact: true })
const subject = (no) => page.getByLabel(`${say('segment:condition_no', { no })}: ${say('segment:subject')}`, { exact: true })

try {
  await signIn()
  const ids = await people()
  await recipe()
  await build()
  await contacts()
  await list()
  await frozen(ids)
  await small()
  stage.finish()
  if (stage.findings.length > 0) throw new Error(`findings:\n${stage.findings.join('\n')}`)
} catch (e) {
  await stage.failed()
  console.error(e, stage.findings.join('\n'))
  process.exitCode = 1
} finally {
  await stage.close()
}

async function signIn() {
  await page.goto('/sign-in')
  await page.locator('input[type=email]').fill(args.email)
  await page.locator('input[type=password]').fill(args.password)
  await page.locator('button[type=submit]').click()
  await page.waitForURL((u) => !u.pathname.startsWith('/sign-in'))
}

async function call(method, path, data) {
  const answer = await stage.context.request.fetch(`/api/v1${path}`, { method, data })
  assert.ok(answer.ok(), `${method} ${path}: ${answer.status()} ${await answer.text()}`)
  return answer.status() === 204 ? null : answer.json()
}

// Twelve people: eight of Almaty, of whom three are VIP.
async function people() {
  const field = await call('POST', '/fields', { key: 'gorod', label: 'Город', kind: 'text' })
  const tag = await call('POST', '/tags', { name: 'VIP' })
  for (let i = 0; i < 12; i++) {
    await call('POST', '/contacts', {
      email: `p${i}@example.kz`,
      first_name: `Гость ${i}`,
      fields: { gorod: i < 8 ? 'Алматы' : 'Астана' },
      tags: i < 3 ? [tag.id] : [],
      consent: i < 6 ? { channel: 'email', purpose: 'advertising', source: 'hand', wording: 'Согласен получать новости' } : undefined,
    })
  }
  return { field: field.id }
}

async function recipe() {
  await page.goto('/segments')
  await page.getByText(say('segment:empty'), { exact: true }).waitFor()
  await stage.saw(page, 'empty')
  await page.getByRole('link', { name: say('segment:recipe.without_consent') }).click()
  await total(6).waitFor()
  await stage.saw(page, 'recipe')
}

// The first condition is made by keyboard alone.
async function build() {
  await page.goto('/segments/new')
  await page.getByText(say('segment:live.incomplete'), { exact: true }).waitFor()
  await page.getByLabel(say('segment:name'), { exact: true }).fill(name)
  await button(say('segment:add_condition')).first().press('Enter')
  await subject(1).focus()
  for (let i = 0; i < 40 && (await subject(1).inputValue()) !== 'field:gorod'; i++) await page.keyboard.press('ArrowDown') // the focus stays
  assert.equal(await subject(1).inputValue(), 'field:gorod')
  await rest(1, 'Город', 'value').waitFor()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.keyboard.type('алматы')
  await total(8).waitFor()
  await page.getByText('Город – равно «алматы»').waitFor()
  await button(say('segment:add_except')).click()
  await subject(2).selectOption('tag')
  await rest(2, say('segment:kind.tag'), 'values').first().click()
  await page.getByRole('option', { name: 'VIP' }).click()
  await total(5).waitFor()
  await page.getByRole('definition').filter({ hasText: /^3$/ }).first().waitFor() // may be written to
  await stage.saw(page, 'built')
  await button(say('ui:save')).click()
  await page.waitForURL(/\/segments$/)
  await page.getByRole('link', { name, exact: true }).waitFor()
  await button(`${say('segment:count')}: ${name}`).click()
  await total(5).waitFor()
  await stage.saw(page, 'list')
}

async function contacts() {
  await page.getByRole('link', { name: say('segment:contacts_of', { name }) }).click()
  await page.waitForURL(/\/contacts\?segment=/)
  await page.getByText('p3@example.kz').first().waitFor()
  assert.equal(await page.getByText('p0@example.kz').count(), 0, 'the exception holds in the table too')
  await stage.saw(page, 'contacts')
}

async function list() {
  await page.goto('/segments')
  await button(say('segment:more', { name })).click()
  await page.getByRole('menuitem', { name: say('segment:make_list') }).click()
  await page.getByLabel(say('segment:list_name'), { exact: true }).fill('Закреплённые')
  await page.getByRole('dialog').getByRole('button', { name: say('segment:make_list') }).click()
  await page.getByText(say('segment:list_made')).waitFor()
  const deadline = Date.now() + 20_000
  for (;;) {
    const all = await call('GET', '/lists')
    if (all.items.some((l) => l.name === 'Закреплённые' && l.contacts === 5)) return
    assert.ok(Date.now() < deadline, `the list is filled: ${JSON.stringify(all.items)}`)
    await page.waitForTimeout(200)
  }
}

// The field goes; the segment says so by name, keeps its last count and can be mended.
async function frozen({ field }) {
  await call('DELETE', `/fields/${field}`)
  await page.goto('/segments')
  await page.getByText(say('segment:frozen'), { exact: true }).waitFor()
  await page.getByRole('link', { name, exact: true }).click()
  await page.getByText(say('segment:missing', { what: say('segment:missing.field') })).waitFor()
  await stage.saw(page, 'frozen')
  await subject(1).selectOption('attribute:email')
  await rest(1, say('segment:attribute.email'), 'comparison').selectOption('filled')
  await total(9).waitFor()
  await button(say('ui:save')).click()
  await page.waitForURL(/\/segments$/)
  await page.getByText(say('segment:frozen'), { exact: true }).waitFor({ state: 'detached' }) // it is mended
}

async function small() {
  await page.setViewportSize({ width: 390, height: 844 })
  await page.emulateMedia({ colorScheme: 'dark' })
  await stage.context.addCookies([{ name: 'lang', value: 'kk', url: args.base }])
  await call('PATCH', '/me', { lang: 'kk' })
  await page.goto('/segments')
  await page.getByRole('link', { name, exact: true }).waitFor()
  await stage.saw(page, 'phone-list')
  await page.getByRole('link', { name, exact: true }).click()
  await page.waitForURL(/\/segments\/seg_/)
  await page.getByRole('definition').first().waitFor()
  await stage.saw(page, 'phone-built')
}
