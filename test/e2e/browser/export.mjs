// Contacts go out in a file: the drawer over the list, a reason that is missing, chosen columns, the progress, the file itself, the list of
// exports, the log of actions, and deleting. Run by export_test.go, which gives a member with 1,200 contacts; by hand:
//
//   node export.mjs --base http://127.0.0.1:8080 --email me@example.kz --password … --out /tmp/pictures
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
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
    chromium: { type: 'string', default: process.env.CHROMIUM ?? '/usr/bin/chromium' },
  },
})

const reason = 'Сверка с кассой за март'
const stage = await Stage.open(args)
const page = await stage.newPage()
try {
  await signIn()
  await order()
  await download()
  await later()
  stage.finish()
  if (stage.findings.length > 0) throw new Error(`findings:\n${stage.findings.join('\n')}`)
} catch (e) {
  await stage.failed()
  console.error(e, stage.findings.join('\n'))
  process.exitCode = 1
} finally {
  await stage.close()
}

function drawer() {
  return page.getByRole('dialog', { name: say('export:title') })
}

async function signIn() {
  await page.goto('/sign-in')
  await page.locator('input[type=email]').fill(args.email)
  await page.locator('input[type=password]').fill(args.password)
  await page.locator('button[type=submit]').click()
  await page.waitForURL((u) => !u.pathname.startsWith('/sign-in'))
}

async function order() {
  await page.goto('/contacts')
  await page.getByRole('button', { name: say('contact:list.more') }).click()
  await page.getByRole('menuitem', { name: say('contact:list.export'), exact: true }).click()
  await page.waitForURL('**/contacts/export**')
  await drawer().getByText(/1\s200/).waitFor()
  await stage.saw(page, 'order')
  await drawer().getByRole('button', { name: say('export:start'), exact: true }).click()
  await drawer().getByText(say('errors:export.reason')).waitFor()
  await drawer().getByLabel(say('export:columns.some'), { exact: true }).click()
  await drawer().getByRole('checkbox', { name: say('export:column.updated_at') }).click()
  await stage.saw(page, 'columns')
  await drawer().getByLabel(say('export:reason')).fill(reason)
  await drawer().getByRole('button', { name: say('export:start'), exact: true }).click()
}

async function download() {
  const link = drawer().getByRole('link', { name: say('export:download') })
  await link.waitFor()
  await stage.saw(page, 'ready')
  const [file] = await Promise.all([page.waitForEvent('download'), link.click()])
  assert.match(file.suggestedFilename(), /^Контакты \d{4}-\d\d-\d\d \d\d-\d\d\.xlsx$/)
  await file.saveAs(join(args.out, 'contacts.xlsx'))
  assert.equal(readFileSync(join(args.out, 'contacts.xlsx')).subarray(0, 2).toString(), 'PK')
}

async function later() {
  await drawer().getByRole('link', { name: say('export:list.title') }).click()
  await page.waitForURL('**/exports')
  await page.getByText(reason).waitFor()
  await stage.saw(page, 'exports')
  await page.goto('/settings/audit')
  await page.getByText(say('settings:action.export.downloaded')).first().waitFor()
  await page.getByText(say('settings:action.export.started')).first().waitFor()
  await page.goto('/exports')
  await page.getByText(reason).waitFor()
  await page.locator('main button[aria-haspopup=menu]').first().click()
  await page.getByRole('menuitem', { name: say('export:delete'), exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: say('export:delete'), exact: true }).click()
  await page.getByText(say('export:list.empty')).waitFor()
  await stage.saw(page, 'empty')
}
