// Sign-up forms in a real browser (AUD-7): a form is made and published in the cabinet; one visitor signs up on its page with scripts
// off, another on a strange site by the snippet; both confirm from the letter, which a scanner has followed before; the cabinet has the
// contacts with their evidence. Run by browser_test.go, which gives a member of an account without a sender; by hand:
//
//   node forms.mjs --base http://127.0.0.1:8080 --email me@example.kz --password … --out /tmp/pictures      the program runs with sandbox = true
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import { audit, wcag } from '../../../web/e2e/look.mjs'
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

const plain = 'aruzhan@forma.test'
const scripted = 'daniyar@forma.test'
const hasty = 2100 // milliseconds: whoever is sooner looks like a program

let snippet = ''
const shop = createServer((_, res) => {
  res.setHeader('Content-Type', 'text/html; charset=utf-8')
  // The site's own policy: no inline styles, scripts and requests to the form's server only.
  res.setHeader('Content-Security-Policy', `default-src 'self'; script-src ${args.base}; connect-src ${args.base}; style-src 'none'`)
  res.end(`<!doctype html><html lang="ru"><head><title>Магазин</title></head><body><h1>Магазин</h1>${snippet}</body></html>`)
})
await new Promise((ready) => shop.listen(0, '127.0.0.1', ready))
const shopSite = `127.0.0.1:${shop.address().port}`

const stage = await Stage.open(args)
const page = await stage.newPage()
try {
  await signIn()
  const link = await make()
  await withoutScripts(link)
  await onASite()
  await inTheCabinet()
  stage.finish()
  if (stage.findings.length > 0) throw new Error(`findings:\n${stage.findings.join('\n')}`)
} catch (e) {
  await stage.failed()
  console.error(e, stage.findings.join('\n'))
  process.exitCode = 1
} finally {
  await stage.close()
  shop.close()
}

function button(text) {
  return page.getByRole('button', { name: text, exact: true })
}

async function signIn() {
  await page.goto('/sign-in')
  await page.locator('input[type=email]').fill(args.email)
  await page.locator('input[type=password]').fill(args.password)
  await page.locator('button[type=submit]').click()
  await page.waitForURL((u) => !u.pathname.startsWith('/sign-in'))
}

// A form by a recipe, with the site of the shop on its list; its draft is seen by nobody before it is published.
async function make() {
  await page.goto('/forms')
  await stage.saw(page, 'forms-empty')
  await page.getByRole('link', { name: say('form:list.create') }).click()
  await stage.saw(page, 'form-new')
  await button(say('form:new.create')).click()
  await page.getByRole('heading', { name: say('form:recipe.site') }).waitFor()
  await page.frameLocator('iframe').getByRole('button', { name: 'Подписаться' }).waitFor()
  await page.getByLabel(say('form:text.intro')).fill('Одно письмо в неделю: рецепты и скидки.')
  await page.frameLocator('iframe').getByText('Одно письмо в неделю').waitFor()
  await page.getByLabel(say('form:sites.label')).fill(shopSite)
  await page.getByLabel(say('form:sites.label')).blur()
  await page.getByText(/Сохранено в/).waitFor()
  await stage.saw(page, 'form-editor')
  await button(say('form:publish.action')).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText(say('form:publish.first')).waitFor()
  await dialog.getByRole('button', { name: say('form:publish.action'), exact: true }).click()
  const link = await page.locator('code').first().innerText()
  await page.getByRole('img', { name: say('form:share.qr_label', { name: say('form:recipe.site') }) }).waitFor()
  snippet = await page.locator('code').last().innerText()
  assert.match(snippet, /^<script src=/)
  await stage.saw(page, 'form-share')
  return link
}

// Everything works with scripts off. What is wrong is said at its place, and nothing typed is lost.
async function withoutScripts(link) {
  const visitor = await stage.browser.newContext({ javaScriptEnabled: false, locale: 'kk-KZ', viewport: { width: 390, height: 844 } })
  const tab = await visitor.newPage()
  await tab.goto(link)
  assert.equal(await tab.locator('html').getAttribute('lang'), 'kk', 'the form speaks the language of the browser')
  await tab.getByRole('link', { name: 'Русский' }).click()
  const box = tab.getByRole('checkbox')
  assert.equal(await box.isChecked(), false, 'nothing is ticked in advance')
  await tab.locator('input[name=first_name]').fill('Аружан')
  await tab.waitForTimeout(hasty)
  await tab.getByRole('button', { name: 'Подписаться' }).click()
  await tab.getByText('без этого согласия').first().waitFor()
  assert.equal(await tab.locator('input[name=first_name]').inputValue(), 'Аружан')
  await tab.screenshot({ path: `${args.out}/public-wrong.png`, fullPage: true })
  await tab.locator('input[name=email]').fill(plain)
  await tab.getByRole('checkbox').check()
  await tab.waitForTimeout(hasty)
  await tab.getByRole('button', { name: 'Подписаться' }).click()
  await tab.getByRole('heading', { name: 'Проверьте почту' }).waitFor()
  await tab.screenshot({ path: `${args.out}/public-sent.png`, fullPage: true })
  await confirm(tab, plain)
  await visitor.close()
}

// The snippet on a site with a strict policy of its own: the form stands in the page, does its work, and is sent without leaving it.
async function onASite() {
  const visitor = await stage.browser.newContext({ locale: 'ru-KZ', viewport: { width: 1024, height: 800 } })
  const tab = await visitor.newPage()
  const strange = []
  tab.on('console', (m) => m.type() === 'error' && strange.push(m.text()))
  await tab.goto(`http://${shopSite}/autumn?utm_source=ads`)
  await tab.getByRole('heading', { name: /Подписка на/ }).waitFor()
  await tab.getByLabel('Электронная почта').fill(scripted)
  await tab.getByRole('checkbox').check()
  await tab.screenshot({ path: `${args.out}/site-form.png` })
  await tab.waitForTimeout(hasty)
  await tab.getByRole('button', { name: 'Подписаться' }).click()
  await tab.getByRole('heading', { name: 'Проверьте почту' }).waitFor()
  assert.equal(new URL(tab.url()).host, shopSite, 'the visitor stays on the site')
  assert.deepEqual(await visitor.cookies(), [], 'no cookies')
  assert.deepEqual(strange, [], 'the policy of the site is kept')
  await tab.screenshot({ path: `${args.out}/site-sent.png` })
  await confirm(tab, scripted)
  await visitor.close()
}

// The letter's link only shows a page; the button on it confirms.
async function confirm(tab, to) {
  const answer = await stage.context.request.get('/sandbox/api/messages', { params: { to, min: 1, wait: '30s' }, timeout: 40_000 })
  const [letter] = (await answer.json()).items
  assert.ok(letter, `no letter came to ${to}`)
  const source = await (await stage.context.request.get(`/sandbox/api/messages/${letter.id}`)).text()
  const link = /http[^"\s\\<>]*\/p\/c\/[A-Za-z0-9_-]+/.exec(source)?.[0]
  assert.ok(link, `no link in ${source.slice(0, 500)}`)
  await stage.context.request.get(link) // a scanner
  assert.equal(await contactsOf(to), 0, 'following a link confirms nothing')
  await tab.goto(link)
  await tab.getByRole('heading', { name: 'Подтвердить подписку?' }).waitFor()
  await tab.getByText('Согласен получать новости').waitFor()
  await tab.screenshot({ path: `${args.out}/confirm-${to}.png`, fullPage: true })
  await tab.getByRole('button', { name: 'Подтвердить подписку' }).click()
  await tab.getByRole('heading', { name: 'Подписка подтверждена' }).waitFor()
  assert.equal(await contactsOf(to), 1)
}

async function contactsOf(address) {
  const answer = await stage.context.request.get('/api/v1/contacts', { params: { search: address } })
  return (await answer.json()).items.length
}

async function inTheCabinet() {
  await page.getByRole('tab', { name: say('form:tab.submissions') }).click()
  await page.getByText(say('form:sub.confirmed')).nth(1).waitFor()
  await stage.saw(page, 'form-submissions')
  await page.getByRole('tab', { name: say('form:tab.stats') }).click()
  await page.getByText(`${shopSite}/autumn`).waitFor()
  await stage.saw(page, 'form-figures')
  const consents = await evidence(plain)
  assert.equal(consents.length, 1)
  assert.equal(consents[0].source, 'form')
  assert.equal(consents[0].evidence.opt_in, 'double')
  assert.ok(consents[0].evidence.confirmed_at && consents[0].wording_id)
  const [other] = await evidence(scripted)
  assert.equal(other.evidence.page, `${shopSite}/autumn`)
  const hosted = await stage.newPage()
  await hosted.goto((await (await stage.context.request.get('/api/v1/forms')).json()).items[0].url)
  for (const v of await audit(hosted, wcag)) stage.findings.push(`public page: axe ${v.impact} ${v.id}: ${v.nodes}`)
  await hosted.close()
}

async function evidence(address) {
  const found = await (await stage.context.request.get('/api/v1/contacts', { params: { search: address } })).json()
  return (await (await stage.context.request.get(`/api/v1/contacts/${found.items[0].id}/consents`)).json()).items
}
