// After the build: writes preload.json for the Go server, stores every text file also as .br and .gz, so that
// nothing is compressed at run time, and puts the result into dist/ without ever leaving it half empty.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { checkBudget } from './budget.mjs'
import { preloads } from './preload.mjs'

const build = new URL('../build/', import.meta.url).pathname
const dist = new URL('../dist/', import.meta.url).pathname

writeFileSync(join(build, 'preload.json'), JSON.stringify(preloads(build), null, 1) + '\n')

// The placeholder stood in a comment, because a bare text would end the head for an HTML parser.
const index = join(build, 'index.html')
writeFileSync(index, readFileSync(index, 'utf8').replace('<!--{{.Preloads}}-->', '{{.Preloads}}'))

const text = /\.(js|css|svg|txt)$/
for (const file of walk(build)) if (text.test(file)) pack(file)
move()
checkBudget(dist)

function pack(file) {
  const raw = readFileSync(file)
  if (raw.length < 200) return
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: raw.length }
  writeFileSync(`${file}.br`, brotliCompressSync(raw, { params }))
  writeFileSync(`${file}.gz`, gzipSync(raw, { level: 9 }))
}

// New files first, index.html last, then what is stale goes.
function move() {
  const fresh = walk(build)
    .map((f) => relative(build, f))
    .toSorted((a, b) => Number(a === 'index.html') - Number(b === 'index.html'))
  for (const name of fresh) {
    mkdirSync(dirname(join(dist, name)), { recursive: true })
    copyFileSync(join(build, name), join(dist, name))
  }
  const keep = new Set([...fresh, '.gitkeep'])
  for (const file of walk(dist)) if (!keep.has(relative(dist, file))) rmSync(file)
  writeFileSync(join(dist, '.gitkeep'), '')
}

function walk(dir) {
  return readdirSync(dir).flatMap((name) => {
    const path = join(dir, name)
    return statSync(path).isDirectory() ? walk(path) : [path]
  })
}
