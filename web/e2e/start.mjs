// How soon the cabinet can be used on a slow machine and line (web-cabinet.md §15): processor 4 times slower, 4 Mbit/s, 80 ms.
//
//   node e2e/start.mjs --base http://127.0.0.1:8080 --email demo@keruen.test --password … [--runs 5] [--check]
//
// Cold is a browser that has never been here; warm the same one again. Usable: the heading and the first control of the screen are drawn
// and the page answers. Prints the medians; with --check ends with 1 when one is above its limit.
import { parseArgs } from 'node:util'
import { launch } from './look.mjs'

const { values: args } = parseArgs({
  options: {
    base: { type: 'string', default: 'http://127.0.0.1:8080' },
    email: { type: 'string', default: '' },
    password: { type: 'string', default: '' },
    runs: { type: 'string', default: '5' },
    check: { type: 'boolean', default: false },
    chromium: { type: 'string', default: process.env.CHROMIUM ?? '/usr/bin/chromium' },
  },
})

const line = { offline: false, latency: 80, downloadThroughput: (4 * 1024 * 1024) / 8, uploadThroughput: (4 * 1024 * 1024) / 8 }
const screens = [
  { name: 'sign-in', path: '/sign-in', ready: 'main input', limits: { cold: 2200, warm: 900 }, session: false },
  { name: 'first cabinet screen', path: '/', ready: 'nav a[aria-current=page]', limits: { cold: 2500, warm: 1200 }, session: true },
]

const browser = await launch(args.chromium)
let slow = 0
try {
  const session = await signIn()
  for (const screen of screens) {
    const times = { cold: [], warm: [] }
    for (let i = 0; i < Number(args.runs); i++) await run(screen, screen.session ? session : undefined, times)
    for (const kind of ['cold', 'warm']) {
      const got = median(times[kind])
      if (got > screen.limits[kind]) slow++
      console.log(`${screen.name}, ${kind}: ${(got / 1000).toFixed(2)} s of ${(screen.limits[kind] / 1000).toFixed(2)} s  (${times[kind].map(Math.round).join(', ')} ms)`)
    }
  }
} finally {
  await browser.close()
}
if (args.check && slow > 0) process.exitCode = 1

async function signIn() {
  const context = await browser.newContext({ baseURL: args.base })
  const answer = await context.request.post('/api/v1/auth/sign-in', { data: { email: args.email, password: args.password } })
  if (!answer.ok()) throw new Error(`sign-in: ${answer.status()} ${await answer.text()}`)
  const state = await context.storageState()
  await context.close()
  return state
}

async function run(screen, session, times) {
  const context = await browser.newContext({ baseURL: args.base, storageState: session, viewport: { width: 1440, height: 900 } })
  for (const kind of ['cold', 'warm']) {
    const page = await context.newPage()
    const cdp = await context.newCDPSession(page)
    await cdp.send('Network.enable')
    await cdp.send('Network.emulateNetworkConditions', line)
    await cdp.send('Emulation.setCPUThrottlingRate', { rate: 4 })
    await page.addInitScript(watch, screen.ready)
    await page.goto(screen.path, { waitUntil: 'commit' })
    times[kind].push(await page.waitForFunction(() => window.__usable, null, { timeout: 30_000, polling: 50 }).then((h) => h.jsonValue()))
    await page.close()
  }
  await context.close()
}

// Runs in the page, before anything of it: notes when the heading and the control stand there and a frame has been drawn with them.
function watch(ready) {
  const look = () => {
    const heading = document.querySelector('h1')
    if (window.__usable || !heading?.textContent || !document.querySelector(ready)) return
    observer.disconnect()
    requestAnimationFrame(() => setTimeout(() => (window.__usable = performance.now())))
  }
  const observer = new MutationObserver(look)
  observer.observe(document, { childList: true, subtree: true, characterData: true, attributes: true })
}

function median(all) {
  return all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)]
}
