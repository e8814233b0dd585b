// A reader of a letter chooses what it gets, with JavaScript off: opens the page of its choices, leaves one topic, reads why the letter
// came, takes a break and ends it. Then every page is looked at on a phone in the dark, and axe judges it.
//
//   node test/e2e/browser/preferences.mjs --base http://127.0.0.1:PORT --out DIR --link URL --topic NAME --wording TEXT
//
// --link is the way out of a letter. Ends with 1 when a step is impossible or axe finds a serious violation.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { audit, launch, listen, wcag } from '../../../web/e2e/look.mjs'

const { values: args } = parseArgs({
  options: {
    base: { type: 'string' },
    out: { type: 'string' },
    chromium: { type: 'string', default: process.env.CHROMIUM ?? '/usr/bin/chromium' },
    link: { type: 'string' },
    topic: { type: 'string' },
    wording: { type: 'string' },
  },
})

mkdirSync(args.out, { recursive: true })
const browser = await launch(args.chromium)
const findings = []
try {
  await choose()
  for (const path of ['', '/preferences', '/why']) for (const look of ['light', 'dark']) await judge(path, look)
} catch (e) {
  findings.push(e.stack)
} finally {
  await browser.close()
}
for (const f of findings) console.log(f)
process.exitCode = findings.length === 0 ? 0 : 1

async function choose() {
  const context = await browser.newContext({ javaScriptEnabled: false, locale: 'ru-KZ', viewport: { width: 1280, height: 1000 } })
  context.setDefaultTimeout(20_000)
  const page = await context.newPage()
  const log = listen(page, args.base)
  const button = (name) => page.getByRole('button', { name, exact: true })

  await page.goto(args.link)
  await page.getByRole('link', { name: 'Настроить подписку' }).click()
  await page.getByRole('heading', { name: 'Настройки подписки' }).waitFor()
  assert.ok(await button('Отписаться от всего').isVisible(), 'leaving everything is always there')
  const topic = page.getByRole('checkbox', { name: args.topic })
  assert.ok(await topic.isChecked())
  await topic.uncheck()
  await button('Сохранить выбор').click()
  await page.getByText('Сохранено.').waitFor()
  assert.ok(!(await topic.isChecked()), 'the choice stands')
  await picture(page, 'saved')

  await button('На 30 дней').click()
  await page.getByText('Пауза до').waitFor()
  await picture(page, 'paused')
  await button('Закончить паузу').click()
  await page.getByText('Пауза закончена.').waitFor()

  await page.getByRole('link', { name: 'Қазақша' }).click()
  await page.getByRole('heading', { name: 'Жазылым баптаулары' }).waitFor()
  await page.getByRole('link', { name: 'Русский' }).click()
  await page.getByRole('link', { name: 'Почему мне пришло это письмо?' }).click()
  await page.getByText(args.wording).waitFor()
  await picture(page, 'why')
  findings.push(...log.lines)
  await context.close()
}

// judge looks at a page as it is now: pressing nothing, like a scanner.
async function judge(path, colorScheme) {
  const context = await browser.newContext({ locale: 'ru-KZ', viewport: { width: 390, height: 844 }, colorScheme, bypassCSP: true })
  const page = await context.newPage()
  await page.goto(args.link + path)
  const name = `${path.slice(1) || 'leave'}-${colorScheme}-390`
  await picture(page, name)
  for (const v of await audit(page, wcag)) {
    if (v.impact === 'serious' || v.impact === 'critical') findings.push(`${name}: axe ${v.impact} ${v.id}: ${v.nodes}`)
  }
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
  if (wide) findings.push(`${name}: wider than the screen`)
  await context.close()
}

async function picture(page, name) {
  await page.screenshot({ path: join(args.out, `${name}.png`), fullPage: true })
}
