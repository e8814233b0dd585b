// Which files a route needs, so that the server can name them in the page before the browser finds out by itself.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'

const src = new URL('../src/', import.meta.url).pathname

// Texts that a route's loader asks for, beside those of the frame.
const frames = {
  guest: { files: ['src/access/GuestFrame.tsx'], texts: ['access'] },
  cabinet: { files: ['src/app/shell/Shell.tsx'], texts: ['shell'] },
  settings: { files: ['src/app/shell/Shell.tsx', 'src/access/SettingsFrame.tsx'], texts: ['shell', 'settings'] },
}

/**
 * preloads reads the routes of all features and the manifest of Vite. The result is read by internal/site:
 * {shared: [scripts], fonts: {ru|kk|en: [...]}, langs: {ru|kk|en: [...]}, routes: [{path, scripts, styles, texts: {ru…}}]}.
 */
export function preloads(dist) {
  const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'))
  const entry = chunkOf(manifest, 'index.html')
  const shared = closure(manifest, ['index.html'])
  const langs = Object.fromEntries(['ru', 'kk', 'en'].map((l) => [l, textFiles(manifest, l, ['common'])]))
  const known = new Set(shared.scripts)
  const routes = routesIn(src).map((r) => {
    const frame = frames[r.frame] ?? { files: [], texts: [] }
    const need = closure(manifest, [...frame.files, r.file])
    return {
      path: r.path,
      frame: r.frame,
      scripts: need.scripts.filter((s) => !known.has(s)),
      styles: need.styles.filter((s) => !shared.styles.includes(s)),
      texts: Object.fromEntries(
        ['ru', 'kk', 'en'].map((l) => [l, textFiles(manifest, l, [...frame.texts, ...r.texts]).filter((f) => !langs[l].includes(f))]),
      ),
    }
  })
  return { entry: `/${entry.file}`, shared: shared.scripts, styles: shared.styles, langs, fonts: fonts(dist), routes }
}

/** routesIn finds in every feature that the router takes its routes from: the frame, the path, the file of the screen, the texts. */
export function routesIn(dir) {
  const router = readFileSync(join(dir, 'app/router.tsx'), 'utf8')
  const taken = new Set([...router.matchAll(/'@\/(\w+)\/routes'/g)].map((m) => m[1]))
  const files = walk(dir).filter((f) => /\/routes\.tsx?$/.test(f) && taken.has(f.split('/').at(-2)))
  return files.flatMap((file) => {
    const text = readFileSync(file, 'utf8')
    return text
      .split('createRoute(')
      .slice(1)
      .map((part) => {
        const path = /path: '([^']*)'/.exec(part)?.[1]
        const screen = /import\('([^']+)'\)/.exec(part)?.[1]
        if (path === undefined || !screen) return null // a redirect has no screen
        const parent = /=> (\w+)Route/.exec(part)?.[1] ?? ''
        const texts = [...(/needTexts\(([^)]*)\)/.exec(part)?.[1] ?? '').matchAll(/'(\w+)'/g)].map((m) => m[1])
        const prefix = parent === 'settings' ? '/settings' : ''
        const full = `${prefix}${path.startsWith('/') ? path : `/${path}`}`
        return { frame: parent, path: full.length > 1 ? full.replace(/\/$/, '') : full, file: resolve(file, screen), texts }
      })
      .filter(Boolean)
  })
}

function resolve(from, spec) {
  const base = spec.startsWith('@/') ? join(src, spec.slice(2)) : join(from, '..', spec)
  for (const end of ['.tsx', '.ts']) {
    try {
      statSync(base + end)
      return relative(join(src, '..'), base + end)
    } catch {
      // the other ending
    }
  }
  throw new Error(`${from}: there is no ${spec}`)
}

function chunkOf(manifest, key) {
  const chunk = manifest[key]
  if (!chunk) throw new Error(`the build has no chunk for ${key}`)
  return chunk
}

const byName = (manifest, name) => Object.keys(manifest).find((k) => manifest[k].name === name)

// All chunks that a file imports statically, and their styles.
function closure(manifest, keys) {
  const seen = new Set()
  const scripts = []
  const styles = new Set()
  const visit = (key) => {
    if (seen.has(key)) return
    seen.add(key)
    const chunk = chunkOf(manifest, key)
    scripts.push(`/${chunk.file}`)
    for (const css of chunk.css ?? []) styles.add(`/${css}`)
    for (const next of chunk.imports ?? []) visit(next)
  }
  keys.forEach(visit)
  return { scripts: [...new Set(scripts)], styles: [...styles] }
}

function textFiles(manifest, lang, names) {
  // Texts that share a chunk are found by its name.
  const key = (n) => (manifest[`src/i18n/${lang}/${n}.json`] ? `src/i18n/${lang}/${n}.json` : byName(manifest, `lang-${lang}`))
  return [...new Set(names.map((n) => `/${chunkOf(manifest, key(n)).file}`))]
}

function fonts(dist) {
  const all = readdirSync(join(dist, 'assets')).filter((f) => f.endsWith('.woff2'))
  const find = (part) => `/assets/${all.find((f) => new RegExp(`^onest-${part}-wght`).test(f))}`
  const base = [find('latin'), find('cyrillic')]
  return { ru: base, kk: [...base, find('cyrillic-ext')], en: [find('latin')] }
}

function walk(dir) {
  return readdirSync(dir).flatMap((name) => {
    const path = join(dir, name)
    return statSync(path).isDirectory() ? walk(path) : [path]
  })
}
