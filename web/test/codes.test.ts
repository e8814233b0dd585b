import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import errors from '@/i18n/ru/errors.json'

// The catalogue of errors against the codes that the server declares. Faults of ours (Internal), the command line, the
// configuration and the insides of letters never reach a person of the cabinet by code; public pages (internal/signup,
// internal/track) say what is wrong in words of their own.
const internal = join(import.meta.dirname, '../../internal')
const unseen = /^(config|cli|db|mime|dkim|listunsub|license|money|audit|sandbox|secret\.(hash|master_key|sealed))\b/
const onPublicPages = /^(form\.(required|consent|choose|either|answer|answer_long|origin|gone|link)|preference\.(main_off|no_sender|address_taken|same_address|address|pause|request))$/

it('has words for every error that the API may answer', () => {
  const declared = walk(internal)
    .filter((f) => f.endsWith('.go') && !f.endsWith('_test.go'))
    .flatMap((f) => [...readFileSync(f, 'utf8').matchAll(/errs\.New\(errs\.(\w+),\s*"([\w.]+)"/g)])
    .filter((m) => m[1] !== 'Internal')
    .map((m) => m[2]!)
  expect(declared.length).toBeGreaterThan(50)
  expect(declared.filter((code) => !unseen.test(code) && !onPublicPages.test(code) && !(code in errors))).toEqual([])
})

function walk(dir: string): string[] {
  return readdirSync(dir).flatMap((name) => {
    const path = join(dir, name)
    return statSync(path).isDirectory() ? walk(path) : [path]
  })
}
