// A campaign from the first key to the report without a mouse, in a window at 200 % zoom: everything is reached by Tab, chosen by arrows
// and pressed by Enter or Space, the focus is seen wherever it is, and nothing runs out of the window sideways (web-cabinet.md §11, WCAG 1.4.10, 2.1.1, 2.4.11).
// Run by keyboard_test.go, which gives a member with a sender and contacts; by hand:
//
//   node keys.mjs --base http://127.0.0.1:8080 --email me@example.kz --password … --people 3 --out /tmp/pictures
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
    people: { type: 'string' },
    lang: { type: 'string', default: 'ru' },
    chromium: { type: 'string', default: process.env.CHROMIUM ?? '/usr/bin/chromium' },
  },
})

const people = Number(args.people)
const stage = await Stage.open(args)
const page = await stage.newPage()
await page.setViewportSize({ width: 720, height: 600 }) // 1440 × 1200 at 200 %
const keys = page.keyboard
const button = (text) => page.getByRole('button', { name: text, exact: true })
const heading = (text) => page.getByRole('heading', { level: 1, name: text, exact: true })

try {
  await signIn()
  await create()
  await write()
  await send()
  stage.finish()
  if (stage.findings.length > 0) throw new Error(`findings:\n${stage.findings.join('\n')}`)
} catch (e) {
  await stage.failed()
  console.error(e)
  process.exitCode = 1
} finally {
  await stage.close()
}

async function signIn() {
  await page.goto('/sign-in')
  await reach(page.locator('input[type=email]'))
  await keys.type(args.email)
  await reach(page.locator('input[type=password]'))
  await keys.type(args.password)
  await keys.press('Enter')
  await heading(say('home:title')).waitFor()
  await seen('home')
}

async function create() {
  await page.evaluate(() => document.activeElement?.blur?.())
  await keys.press('C')
  await keys.press('R')
  await heading(say('campaign:new.title')).waitFor()
  await reach(page.getByLabel(say('campaign:name.label')))
  await keys.type('Без мыши')
  await choose(say('campaign:template.blank'))
  await seen('new-campaign')
  await press(button(say('campaign:new.create')))
  await heading('Без мыши').waitFor()
}

async function write() {
  await choose(say('campaign:audience.all'))
  await reach(page.getByLabel(say('content:letter.subject'), { exact: true }))
  await keys.type('Новости недели')
  await press(button(say('content:insert.button')).first())
  await page.getByRole('menuitem', { name: say('contact:field.first_name'), exact: true }).waitFor()
  await keys.press('Escape') // the focus goes back to where it came from
  await reach(page.getByRole('textbox', { name: say('content:letter.html_label') }))
  await keys.insertText('<h1>Здравствуйте!</h1><p><a href="https://kofe.test/menu">Посмотреть меню</a></p>')
  await page.frameLocator(`iframe[title="${say('content:preview.frame')}"]`).getByRole('link', { name: 'Посмотреть меню' }).waitFor()
  await page.getByText(say('campaign:save.saved')).first().waitFor()
  await seen('builder')
}

async function send() {
  const words = counted('campaign:send.action', people)
  await press(button(words))
  const question = page.getByRole('dialog')
  await question.getByText(say('campaign:send.confirm_now')).waitFor()
  await seen('question')
  await press(question.getByRole('button', { name: words }))
  await press(button(say('report:undo.action')))
  await press(button(counted('campaign:send.action', people))) // called back within thirty seconds, and sent again
  await press(page.getByRole('dialog').getByRole('button', { name: words }))
  await button(say('report:undo.action')).waitFor()
  const tile = page.getByRole('main').getByText(say('report:tile.delivered'), { exact: true }).first().locator('xpath=following-sibling::*[1]')
  await tile.filter({ hasText: new RegExp(`^${people}$`) }).waitFor({ timeout: 90_000 })
  await seen('report')
}

// reach goes to a control by Tab alone, and sees that it shows: inside the window and not under a bar that sticks.
async function reach(control) {
  await control.waitFor()
  for (let n = 0; n < 150; n++) {
    if (await control.evaluate((x) => x === document.activeElement || x.contains(document.activeElement))) return visible(control)
    await keys.press('Tab')
  }
  throw new Error(`150 times Tab do not lead to ${control}`)
}

async function visible() {
  const covered = await page.evaluate(async () => {
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
    const x = document.activeElement
    const box = x.getBoundingClientRect()
    const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth)]
    const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)]
    if (right <= left || bottom <= top) return `${x.outerHTML.slice(0, 120)} has the focus outside the window`
    const over = document.elementFromPoint((left + right) / 2, (top + bottom) / 2)
    const same = over === x || x.contains(over) || over?.contains(x) || x.labels?.[0]?.contains(over)
    return same ? '' : `${x.outerHTML.slice(0, 120)} has the focus under ${over?.outerHTML.slice(0, 120)}`
  })
  assert.equal(covered, '')
}

async function press(control) {
  await reach(control)
  await keys.press('Enter')
}

// choose goes to a group of radios and along it by arrows.
async function choose(name) {
  const radio = page.getByRole('radio', { name })
  await radio.waitFor()
  const group = await radio.evaluate((x) => x.name)
  for (let n = 0; n < 150 && (await page.evaluate(() => document.activeElement.name)) !== group; n++) await keys.press('Tab')
  for (let n = 0; n < 20 && !(await radio.evaluate((x) => x === document.activeElement)); n++) await keys.press('ArrowDown')
  await keys.press('Space')
  assert.ok(await radio.isChecked(), `${name} is not reached by arrows`)
}

async function seen(name) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  assert.ok(wide <= 0, `${name} is ${wide} px wider than the window at 200 %`)
  await stage.saw(page, name)
}
