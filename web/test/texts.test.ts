import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'

// The catalogues of the three languages against each other and against the code.

const src = join(import.meta.dirname, '../src')
const languages = ['ru', 'kk', 'en'] as const
const forms = { ru: ['one', 'few', 'many', 'other'], kk: ['one', 'other'], en: ['one', 'other'] }
const pluralSuffix = /_(zero|one|two|few|many|other)$/

type Catalogue = Record<string, string>

const namespaces = readdirSync(join(src, 'i18n/ru')).map((f) => basename(f, '.json'))
const read = (lang: string, ns: string) => JSON.parse(readFileSync(join(src, 'i18n', lang, `${ns}.json`), 'utf8')) as Catalogue

/** Keys by meaning: the plural forms of one message are one key. */
const bases = (c: Catalogue) => new Set(Object.keys(c).map((k) => (isPlural(c, k) ? k.replace(pluralSuffix, '') : k)))
// A word may end in _other by itself ("reason.policy_other"): a plural has a further form.
const isPlural = (c: Catalogue, key: string) => {
  const base = key.replace(pluralSuffix, '')
  return pluralSuffix.test(key) && `${base}_other` in c && ['one', 'few', 'many'].some((f) => `${base}_${f}` in c)
}
const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((m) => m[1]!).toSorted()

describe.each(namespaces)('texts of %s', (ns) => {
  const catalogues = Object.fromEntries(languages.map((l) => [l, read(l, ns)])) as Record<(typeof languages)[number], Catalogue>

  it('has the same keys in the three languages', () => {
    const ru = [...bases(catalogues.ru)].toSorted()
    expect([...bases(catalogues.kk)].toSorted()).toEqual(ru)
    expect([...bases(catalogues.en)].toSorted()).toEqual(ru)
  })

  it('has every plural form that its language needs', () => {
    const missing = languages.flatMap((l) =>
      Object.keys(catalogues[l])
        .filter((k) => isPlural(catalogues[l], k))
        .map((k) => k.replace(pluralSuffix, ''))
        .flatMap((base) => forms[l].map((f) => `${base}_${f}`).filter((k) => !(k in catalogues[l])).map((k) => `${l}: ${k}`)),
    )
    expect(missing).toEqual([])
  })

  it('uses the same placeholders in the three languages', () => {
    const different = [...bases(catalogues.ru)].filter((base) => {
      const sets = languages.map((l) => {
        const c = catalogues[l]
        const texts = Object.keys(c).filter((k) => k === base || (isPlural(c, k) && k.replace(pluralSuffix, '') === base))
        return [...new Set(texts.flatMap((k) => placeholders(c[k]!)))].toSorted().join()
      })
      return new Set(sets).size > 1
    })
    expect(different).toEqual([])
  })

  it('has no empty text, no three dots in place of an ellipsis, no exclamation mark', () => {
    const bad = languages.flatMap((l) =>
      Object.entries(catalogues[l])
        .filter(([, text]) => text.trim() === '' || text.includes('...') || text.includes('!'))
        .map(([k]) => `${l}: ${k}`),
    )
    expect(bad).toEqual([])
  })
})

const code = walk(src)
  .filter((f) => /\.tsx?$/.test(f) && !f.includes('/api/gen/') && !f.endsWith('.test.tsx') && !f.endsWith('.test.ts'))
  .map((file) => ({ file, text: readFileSync(file, 'utf8') }))

const all = new Map(namespaces.map((ns) => [ns, bases(read('ru', ns))]))

/** Keys written out in t('…'), with the namespaces that the file may mean. */
function uses() {
  return code.flatMap(({ file, text }) => {
    const asked = [...text.matchAll(/useTranslation\(\[?'(\w+)'/g)].map((m) => m[1]!)
    const own = asked.length === 0 || text.includes('useTranslation()') ? [...asked, 'common'] : asked
    const literal = [...text.matchAll(/\bt\(\s*'([^']+)'/g)].map((m) => m[1]!)
    return literal.map((key) => {
      const [ns, rest] = key.includes(':') ? key.split(':', 2) : [null, key]
      return { file, key: rest!, spaces: ns ? [ns] : own }
    })
  })
}

// A file that takes `t` as a parameter means the namespace of its caller: any namespace will do.
const receivesT = (file: string) => !/useTranslation\(/.test(code.find((c) => c.file === file)!.text)

describe('texts and the code', () => {
  it('finds every key that the code asks for', () => {
    const missing = uses()
      .filter(({ file, key, spaces }) => {
        const among = receivesT(file) ? [...all.keys()] : spaces
        return !among.some((ns) => all.get(ns)?.has(key))
      })
      .map(({ file, key, spaces }) => `${file.slice(src.length + 1)}: ${spaces.join('|')}:${key}`)
    expect(missing).toEqual([])
  })

  it('has no text that nothing asks for', () => {
    // Keys reach t() also through tables ("nav.home") and templates (`role.${r}`): a key counts as used when its text, or
    // the fixed beginning of a template, stands in the code. Codes of errors come from the server.
    const strings = new Set(code.flatMap(({ text }) => [...text.matchAll(/['"`]((?:\w+:)?[\w.]+)['"`]/g)].map((m) => m[1]!.replace(/^\w+:/, ''))))
    const prefixes = code.flatMap(({ text }) => [...text.matchAll(/`(?:\w+:)?([\w.]+[._])\$\{/g)].map((m) => m[1]!))
    const unused = [...all]
      .filter(([ns]) => ns !== 'errors')
      .flatMap(([ns, keys]) => [...keys].filter((k) => !strings.has(k) && !prefixes.some((p) => k.startsWith(p))).map((k) => `${ns}:${k}`))
    expect(unused).toEqual([])
  })

  it('formats dates and numbers in one place only', () => {
    const stray = code.filter(({ file, text }) => !file.endsWith('lib/fmt.ts') && /Intl\.(DateTime|Number|RelativeTime|List|DisplayNames)|toLocale\w*String\(/.test(text))
    expect(stray.map((c) => c.file)).toEqual([])
  })
})

function walk(dir: string): string[] {
  return readdirSync(dir).flatMap((name) => {
    const path = join(dir, name)
    return statSync(path).isDirectory() ? walk(path) : [path]
  })
}
