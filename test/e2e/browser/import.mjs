// The wizard of imports in a real browser: an upload that breaks and goes on after a reload, columns of several kinds, rules, bad rows
// mended in the grid and by a remedy, the preview, the run, the report, the growth of the list, and taking it all back.
// Run by browser_test.go, which gives a member; by hand:
//
//   node import.mjs --base http://127.0.0.1:8080 --email me@example.kz --password … --out /tmp/pictures
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Stage } from './stage.mjs'
import { say } from './words.mjs'

const { values: args } = parseArgs({
  options: {
    base: { type: 'string' },
    out: { type: 'string' },
    email: { type: 'string' },
    password: { type: 'string' },
    lang: { type: 'string', default: 'ru' },
    chromium: { type: 'string', default: process.env.CHROMIUM ?? '/usr/bin/chromium' },
  },
})

const good = 30_000
const name = 'гости выставки.csv'
const stage = await Stage.open(args)
const page = await stage.newPage()
try {
  mkdirSync(args.out, { recursive: true })
  const file = join(args.out, name)
  writeFileSync(file, table())
  await signIn()
  await upload(file)
  await columns()
  await rules()
  await check()
  await run()
  await growth()
  await undo()
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

// More than one part of an upload, with two bad addresses, a bad number and a date that says nothing of its order.
function table() {
  const rows = ['Почта;Имя;Телефон;Потратил;Родился;Метки']
  rows.push('anna.example.kz;Анна;8 701 000 00 01;1 200,50;03/04/1990;vip', 'b@@example.kz;Борис;;5;05/06/1991;', 'v@example.kz;Вера;;много;07/08/1992;')
  for (let i = 0; i < good; i++) rows.push(`guest${i}@example.kz;Гость ${i};+7 702 ${String(1000000 + i).slice(0, 3)} ${String(1000000 + i).slice(3)};${i};02/03/1985;выставка`)
  return `\uFEFF${rows.join('\r\n')}`
}

function button(text) {
  return page.getByRole('button', { name: text, exact: true })
}

// The number in the button, as people write it.
function start(n) {
  return say('intake:check.start', { count: n, n: new Intl.NumberFormat('ru').format(n) })
}

async function signIn() {
  await page.goto('/sign-in')
  await page.locator('input[type=email]').fill(args.email)
  await page.locator('input[type=password]').fill(args.password)
  await page.locator('button[type=submit]').click()
  await page.waitForURL((u) => !u.pathname.startsWith('/sign-in'))
}

// The line breaks after the first part; the page is loaded anew, and the same file goes on from there.
async function upload(file) {
  let parts = 0
  await page.route('**/api/v1/uploads/*?offset=*', (route) => (++parts === 2 ? undefined : route.continue())) // the second hangs for ever
  await page.goto('/imports/new')
  await choose(file)
  await page.getByRole('progressbar').waitFor()
  await page.waitForFunction(() => localStorage.getItem('keruen.upload') !== null)
  while (parts < 2) await page.waitForTimeout(50)
  await stage.saw(page, 'upload')
  await page.reload()
  await page.unrouteAll({ behavior: 'ignoreErrors' })
  page.keruenLog.lines.splice(0) // the request that hung
  await page.getByText(say('intake:file.interrupted', { name, share: '' }).slice(0, 30)).waitFor()
  await stage.saw(page, 'upload-interrupted')
  const offsets = []
  page.on('request', (r) => r.method() === 'PUT' && offsets.push(Number(new URL(r.url()).searchParams.get('offset'))))
  await choose(file)
  await page.getByRole('heading', { name: say('intake:columns.title') }).waitFor()
  assert.ok(offsets.length > 0 && offsets[0] > 0, `the upload began anew: ${offsets}`)
}

async function choose(file) {
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), button(say('intake:file.choose')).first().click()])
  await chooser.setFiles(file)
}

function goesTo(column) {
  return page.getByLabel(say('intake:columns.goes_to', { name: column })).and(page.getByRole('combobox').or(page.getByRole('textbox')))
}

async function columns() {
  for (const column of ['Потратил', 'Родился']) {
    await goesTo(column).click()
    await page.getByRole('option', { name: say('intake:columns.new_field') }).click()
  }
  const kinds = page.getByLabel(say('intake:columns.new_kind')).and(page.getByRole('combobox').or(page.getByRole('textbox')))
  assert.deepEqual(await kinds.evaluateAll((all) => all.map((x) => x.value)), [say('intake:kind.number'), say('intake:kind.date')], 'kinds proposed from the values')
  await stage.saw(page, 'columns')
  await button(say('intake:next')).click()
}

async function rules() {
  await page.getByRole('radio', { name: say('intake:consent.yes') }).check()
  await page.getByLabel(say('intake:consent.source')).fill('Анкета на стенде')
  await page.getByLabel(say('intake:consent.date')).fill('2026-03-15')
  await page.getByLabel(say('intake:consent.wording')).fill('Хочу получать новости выставки по почте')
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), button(say('intake:consent.proof_add')).click()])
  await chooser.setFiles({ name: 'анкета.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4 скан') })
  await page.getByRole('link', { name: 'анкета.pdf' }).waitFor()
  await page.getByRole('radio', { name: say('intake:rules.new_list') }).check()
  await page.getByRole('textbox', { name: say('intake:rules.new_list') }).fill('Выставка')
  await button(say('intake:next')).click()
  await page.getByText(say('errors:import.date_order')).waitFor()
  await page.getByRole('radio', { name: say('intake:rules.dmy') }).check()
  await stage.saw(page, 'rules')
  await button(say('intake:next')).click()
}

// One bad address is mended in the grid, the other passed over; the bad number is left out for all by a remedy.
async function check() {
  await page.getByRole('heading', { name: say('intake:errors.title') }).waitFor({ timeout: 60_000 })
  await page.getByRole('heading', { name: say('intake:preview.title') }).waitFor()
  await page.getByText('guest0@example.kz').waitFor()
  await stage.saw(page, 'check')
  const group = (code) => page.locator('div').filter({ has: page.locator(`strong:text-is("${say(`intake:row.${code}`)}")`) }).last().locator('..')
  await group('value.number').getByRole('button', { name: say('intake:remedy.all') }).click()
  await page.getByRole('menuitem', { name: say('intake:remedy.clear') }).click()
  await page.getByText(say('intake:remedy.done_clear')).waitFor({ timeout: 60_000 })
  await page.getByText(say('intake:row.email.no_at')).waitFor({ timeout: 60_000 })
  await group('email.no_at').getByRole('button', { name: say('intake:remedy.edit') }).click()
  const cell = page.getByRole('textbox', { name: say('intake:bad.cell', { line: '2', column: 'Почта' }) })
  await cell.fill('anna@example.kz')
  await page.getByRole('checkbox', { name: say('intake:bad.drop_line', { line: '3' }) }).check()
  await stage.saw(page, 'bad-rows')
  await button(say('intake:bad.save')).click()
  await button(start(good + 2)).waitFor({ timeout: 60_000 })
  assert.equal(await page.getByRole('heading', { name: say('intake:errors.title') }).count(), 0, 'nothing is wrong any more')
}

async function run() {
  await button(start(good + 2)).click()
  await page.getByRole('link', { name: say('intake:outcome.contacts') }).waitFor({ timeout: 120_000 })
  await button(say('intake:undo.button')).waitFor()
  await stage.saw(page, 'report')
  const report = page.url()
  await button(say('intake:outcome.segment')).click()
  await page.waitForURL(/\/segments\/seg_/)
  await page.goto(report)
  await button(say('intake:undo.button')).waitFor()
}

async function growth() {
  const report = page.url()
  await page.goto('/lists')
  await page.getByRole('link', { name: 'Выставка' }).click()
  await page.getByRole('heading', { name: say('growth:by_day') }).waitFor()
  await page.getByText(say('growth:chart'), { exact: true }).waitFor()
  await stage.saw(page, 'growth')
  await page.getByText(say('growth:table'), { exact: true }).click()
  await page.getByText(new RegExp(`^${say('growth:cause.import')} `)).waitFor()
  await stage.saw(page, 'growth-table')
  await page.goto(report)
}

async function undo() {
  await button(say('intake:undo.button')).click()
  const dialogue = page.getByRole('dialog')
  await dialogue.getByText(say('intake:undo.keeps')).waitFor()
  await dialogue.getByRole('button', { name: say('intake:undo.button') }).click()
  await page.getByRole('heading', { name: say('intake:undo.done') }).waitFor({ timeout: 120_000 })
  await stage.saw(page, 'undone')
}

// The same screens on a phone and in the dark, with a file in Kazakh.
async function small() {
  await page.setViewportSize({ width: 390, height: 844 })
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.goto('/imports/new')
  await stage.saw(page, 'phone-file')
  await page.locator('input[type=file]').setInputFiles({ name: 'қонақтар.csv', mimeType: 'text/csv', buffer: Buffer.from('Пошта;Аты;Қала\na@example.kz;Асель;Алматы\nqate;Болат;Астана\n') })
  await page.waitForURL(/step=columns/)
  await stage.saw(page, 'phone-columns')
}
