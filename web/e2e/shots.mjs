// Pictures and checks of every screen of a running server:
//
//   node e2e/shots.mjs --base http://127.0.0.1:8080 --email demo@keruen.test --password … [--only /contacts] [--lang ru,kk] [--out ../artifacts/shots]
//
// Each route is opened on a phone and on a desktop, in light and dark, in three languages. On each: no error in the console,
// no failed request, no violation of the policy, no foreign origin, axe clean, no sideways scrolling, exactly one h1, the right
// language and title, no raw message key, no `M11`-like date. Ends with 1 when something is found; report.json has the list.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { audit, launch, listen, withAdvice } from './look.mjs'

const here = import.meta.dirname
const { values: args } = parseArgs({
  options: {
    base: { type: 'string', default: 'http://127.0.0.1:8080' },
    email: { type: 'string', default: '' },
    password: { type: 'string', default: '' },
    only: { type: 'string', default: '' },
    lang: { type: 'string', default: 'ru,kk,en' },
    scheme: { type: 'string', default: 'light,dark' },
    size: { type: 'string', default: 'phone,desktop' },
    out: { type: 'string', default: join(here, '../../artifacts/shots') },
    chromium: { type: 'string', default: process.env.CHROMIUM ?? '/usr/bin/chromium' },
  },
})

const sizes = { phone: { width: 360, height: 740 }, desktop: { width: 1440, height: 900 } }

const tallest = 6000 // pixels; a longer page, a table of many rows, is taken through the usual window

const guestRoutes = ['/sign-in', '/sign-up', '/reset', '/invite/not-a-token']
// Pages of the public site: no cabinet, no script.
const publicRoutes = ['/about', '/prices', '/clients', '/status', '/docs/offer', '/docs/cookies', '/docs/no-such-document']
const cabinetRoutes = [
  '/',
  '/settings/profile',
  '/settings/security',
  '/settings/company',
  '/settings/fields',
  '/settings/consents',
  '/settings/privacy',
  '/settings/team',
  '/settings/keys',
  '/settings/documents',
  '/settings/audit',
  '/settings/showcase',
  '/contacts',
  '/contacts/new',
  '/contacts/export',
  '/exports',
  '/duplicates',
  '/lists',
  '/segments',
  '/segments/new',
  '/forms',
  '/forms/new',
  '/preferences',
  '/imports',
  '/imports/new',
  '/suppressions',
  '/suppressions/import',
  '/campaigns',
  '/campaigns/new',
  '/reports',
  '/templates',
  '/templates/new',
  '/channels',
  '/channels/new',
  '/platform/paths',
  '/platform/incidents',
  '/platform/status',
  '/platform/clients',
  '/no-such-page',
]
// Screens of objects: the first object of a list gives the address.
const objectRoutes = { '/contacts/': '/contacts', '/lists/': '/lists', '/segments/': '/segments', '/forms/': '/forms', '/campaigns/': '/campaigns', '/imports/': '/imports', '/templates/': '/templates', '/channels/': '/senders' }

const keys = messageKeys()
const findings = []

const browser = await launch(args.chromium)
try {
  await everything()
} finally {
  await browser.close()
}
writeFileSync(join(args.out, 'report.json'), JSON.stringify(findings, null, 1))
for (const f of findings) console.log(`${f.where}  ${f.what}`)
console.log(findings.length === 0 ? 'All screens are clean.' : `${findings.length} findings, see ${args.out}/report.json`)
process.exitCode = findings.length === 0 ? 0 : 1

async function everything() {
  mkdirSync(args.out, { recursive: true })
  for (const lang of args.lang.split(',')) {
    const session = args.email ? await signIn(lang) : null
    const routes = session ? [...cabinetRoutes, ...(await objects(session))] : []
    for (const scheme of args.scheme.split(',')) {
      for (const size of args.size.split(',')) {
        await visit([...publicRoutes, ...guestRoutes].filter(wanted), { lang, scheme, size, session: null })
        await visit(routes.filter(wanted), { lang, scheme, size, session })
      }
    }
  }
}

function wanted(route) {
  return !args.only || args.only.split(',').some((o) => route === o || (o.endsWith('*') && route.startsWith(o.slice(0, -1))))
}

/** signIn opens a session, sets the language of the person and gives the state of the browser. */
async function signIn(lang) {
  const context = await browser.newContext({ baseURL: args.base })
  const answer = await context.request.post('/api/v1/auth/sign-in', { data: { email: args.email, password: args.password } })
  if (!answer.ok()) throw new Error(`sign-in: ${answer.status()} ${await answer.text()}`)
  const patch = await context.request.patch('/api/v1/me', { data: { lang } })
  if (!patch.ok()) throw new Error(`set the language: ${patch.status()} ${await patch.text()}`)
  const state = await context.storageState()
  await context.close()
  return state
}

async function objects(session) {
  const context = await browser.newContext({ baseURL: args.base, storageState: session })
  const found = []
  for (const [prefix, list] of Object.entries(objectRoutes)) {
    const answer = await context.request.get(`/api/v1${list}?limit=5`)
    if (!answer.ok()) continue
    for (const item of (await answer.json()).items.slice(0, prefix === '/campaigns/' ? 3 : 1)) found.push(prefix + item.id)
  }
  for (const list of ['/templates', '/campaigns']) found.push(...(await designs(context, list)))
  await context.close()
  return found
}

// The visual editor of the first template, and of the first draft of a campaign, whose letter is of blocks.
async function designs(context, list) {
  const answer = await context.request.get(`/api/v1${list}?limit=50`)
  if (!answer.ok()) return []
  for (const { id } of (await answer.json()).items) {
    const item = await (await context.request.get(`/api/v1${list}/${id}`)).json()
    if (item.letter?.doc && !item.builtin && item.can?.edit !== false) return [`${list}/${id}/design`]
  }
  return []
}

async function visit(routes, { lang, scheme, size, session }) {
  if (routes.length === 0) return
  const context = await browser.newContext({
    baseURL: args.base,
    viewport: sizes[size],
    hasTouch: size === 'phone',
    colorScheme: scheme,
    reducedMotion: 'reduce',
    locale: lang,
    timezoneId: 'Asia/Almaty',
    storageState: session ?? undefined,
  })
  const host = new URL(args.base).hostname
  await context.addCookies([
    { name: 'lang', value: lang, domain: host, path: '/' },
    { name: 'scheme', value: scheme, domain: host, path: '/' },
  ])
  const page = await context.newPage()
  const log = listen(page, args.base)
  for (const route of routes) await check(page, log, route, { lang, scheme, size })
  await context.close()
}

async function check(page, log, route, { lang, scheme, size }) {
  const name = `${route === '/' ? 'home' : route.slice(1).replaceAll('/', '_')}.${size}.${scheme}.${lang}`
  const report = (what) => findings.push({ where: name, what })
  log.lines.length = 0
  log.expect404 = route.includes('not-a-token') || route.includes('no-such-document')
  await page.goto(route, { waitUntil: 'load' })
  await page.locator('h1').first().waitFor({ timeout: 10_000 }).catch(() => report('no h1 after 10 s'))
  await settled(page)
  await picture(page, join(args.out, `${name}.png`), sizes[size])
  for (const line of log.lines) report(line)
  const seen = await page.evaluate(inspect)
  if (seen.h1 !== 1) report(`${seen.h1} h1 on the page`)
  if (seen.lang !== lang) report(`html lang is ${seen.lang}`)
  if (!seen.title.includes(publicRoutes.includes(route) ? ' — ' : '·')) report(`title is "${seen.title}"`)
  if (seen.overflow.length > 0) report(`sideways scrolling: ${seen.overflow.join(', ')}`)
  for (const key of keys) if (seen.words.includes(key)) report(`raw message key ${key}`)
  if (/\bM\d\d\b/.test(seen.text)) report('a date like M11')
  for (const v of await audit(page, withAdvice)) report(`axe ${v.impact} ${v.id}: ${v.nodes}`)
}

// In a window as tall as the page: bars of the bottom cover nothing, and frames below the fold are drawn, which Chromium puts off otherwise.
async function picture(page, path, { width, height }) {
  const tall = await page.evaluate(() => document.documentElement.scrollHeight)
  if (tall > height && tall < tallest) await page.setViewportSize({ width, height: tall })
  await settled(page)
  await page.screenshot({ path, fullPage: true, animations: 'disabled' })
  await page.setViewportSize({ width, height })
}

/** settled waits until nothing loads: no busy part, no pending request for a moment, fonts ready. */
async function settled(page) {
  await page.waitForFunction(() => !document.querySelector('[aria-busy=true]') && document.fonts.status === 'loaded', null, { timeout: 10_000 }).catch(() => undefined)
  await page.waitForLoadState('load')
  await page.evaluate(() => new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r))))
  await page.waitForTimeout(350)
  await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'), null, { timeout: 10_000 }).catch(() => undefined)
}

// Runs in the page.
function inspect() {
  const root = document.documentElement
  const wide = root.scrollWidth > root.clientWidth + 1
  const outside = wide ? [...document.body.querySelectorAll('*')].filter((e) => e.getBoundingClientRect().right > root.clientWidth + 1) : []
  const label = (e) => `${e.tagName.toLowerCase()}.${String(e.className).slice(0, 40)}`
  const text = document.body.innerText
  return {
    h1: document.querySelectorAll('h1').length,
    lang: root.lang,
    title: document.title,
    overflow: wide ? outside.slice(-3).map(label) : [],
    text,
    words: text.split(/\s+/),
  }
}

function messageKeys() {
  const dir = join(here, '../src/i18n/ru')
  return readdirSync(dir).flatMap((f) => Object.keys(JSON.parse(readFileSync(join(dir, f), 'utf8'))).filter((k) => k.includes('.')))
}
