// Sizes of the first screens against the limits of the design (web-cabinet.md §15), compressed with gzip -9.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

const KB = 1000

/** overBudget lists what is larger than allowed, and prints the figures. */
export function overBudget(dist, preload) {
  const bytes = (file) => statSync(existsSync(`${file}.gz`) ? `${file}.gz` : file).size // the smallest are not compressed
  const size = (files) => files.reduce((sum, f) => sum + bytes(join(dist, f)), 0)
  const raw = (files) => files.reduce((sum, f) => sum + statSync(join(dist, f)).size, 0)
  const route = (path) => preload.routes.find((r) => r.path === path)
  const scripts = (path) => [...preload.shared, ...preload.langs.ru, ...route(path).scripts, ...route(path).texts.ru]
  const own = (path) => {
    const frame = new Set(route('/').scripts)
    // Menus, dialogs and lists to choose from are paid for once, by the first screen that has one.
    return route(path).scripts.filter((s) => !frame.has(s) && !/\/assets\/(layers|parts|table|icons|door)-/.test(s))
  }
  const figures = [
    ['JS to sign in', size(scripts('/sign-in')), 195 * KB],
    ['JS to the first cabinet screen', size(scripts('/')), 220 * KB],
    ['entry CSS', size(preload.styles), 32 * KB],
    ['fonts of the first screen', raw(preload.fonts.ru), 90 * KB],
    ['files to the first cabinet screen', new Set(scripts('/')).size, 14],
    ...preload.routes.filter((r) => r.frame !== 'guest').map((r) => [`route ${r.path}`, size(own(r.path)), (limits[r.path] ?? 40) * KB]),
  ]
  for (const [what, n, limit] of figures.slice(0, 5)) console.log(`${what}: ${limit > 100 ? `${(n / KB).toFixed(1)} KB of ${limit / KB} KB` : `${n} of ${limit}`}`)
  return figures.filter(([, n, limit]) => n > limit).map(([what, n, limit]) => `${what}: ${n} is over ${limit}`)
}

const limits = { '/contacts': 35 }

/** checkBudget ends the build when something is over its limit. */
export function checkBudget(dist) {
  const over = overBudget(dist, JSON.parse(readFileSync(join(dist, 'preload.json'), 'utf8')))
  if (over.length === 0) return
  for (const line of over) console.error(line)
  process.exit(1)
}
