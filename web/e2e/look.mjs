// What every check in a real browser shares: the pictures of all screens (shots.mjs) and the journey (test/e2e/browser).
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
const axe = readFileSync(join(import.meta.dirname, '../node_modules/axe-core/axe.min.js'), 'utf8')

/** Tags of axe's rules: the standard, and with advice on top. */
export const wcag = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
export const withAdvice = [...wcag, 'best-practice']

/** launch starts the system's Chromium; nothing is downloaded. */
export const launch = (executablePath) => chromium.launch({ executablePath, args: flags })

/** listen collects what goes wrong while a page lives: errors, failed requests, foreign origins. */
export function listen(page, base) {
  const log = { lines: [], expect404: false }
  page.on('pageerror', (e) => log.lines.push(`page error: ${e.message}`))
  page.on('console', (m) => {
    if (m.type() === 'error' && !(log.expect404 && m.text().includes('404'))) log.lines.push(`console: ${m.text()}`)
  })
  page.on('requestfailed', (r) => {
    if (!r.failure()?.errorText.includes('ERR_ABORTED')) log.lines.push(`failed request: ${r.url()} ${r.failure()?.errorText}`)
  })
  page.on('request', (r) => {
    const url = new URL(r.url())
    if (/^https?:$/.test(url.protocol) && url.origin !== new URL(base).origin) log.lines.push(`foreign origin: ${url.origin}`)
  })
  return log
}

/** audit runs axe on a page and gives the violations: {id, impact, nodes}. */
export async function audit(page, tags) {
  await page.evaluate(axe)
  return page.evaluate(async (values) => {
    const result = await window.axe.run(document, { runOnly: { type: 'tag', values } })
    const place = (n) => `${n.target} ${n.any[0]?.message ?? ''}`
    return result.violations.map((v) => ({ id: v.id, impact: v.impact, nodes: v.nodes.slice(0, 3).map(place).join(' | ') }))
  }, tags)
}
