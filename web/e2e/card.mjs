// Makes the pictures that messengers show beside a link to the public site, one per language, from the words of a running server:
//
//   node e2e/card.mjs --base http://127.0.0.1:8080 [--out ../internal/site/picture]
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { launch } from './look.mjs'

const here = import.meta.dirname
const { values: args } = parseArgs({
  options: {
    base: { type: 'string', default: 'http://127.0.0.1:8080' },
    out: { type: 'string', default: join(here, '../../internal/site/picture') },
    chromium: { type: 'string', default: process.env.CHROMIUM ?? '/usr/bin/chromium' },
  },
})

const fonts = join(here, '../node_modules/@fontsource-variable/onest/files')
const ranges = { latin: 'U+0000-00FF,U+2000-206F', cyrillic: 'U+0301,U+0400-045F,U+0490-0491,U+04B0-04B1,U+2116', 'cyrillic-ext': 'U+0460-052F' }
const faces = Object.entries(ranges).map(([subset, range]) => {
  const file = readdirSync(fonts).find((f) => f === `onest-${subset}-wght-normal.woff2`)
  const data = readFileSync(join(fonts, file)).toString('base64')
  return `@font-face{font-family:Onest;font-weight:100 900;src:url(data:font/woff2;base64,${data});unicode-range:${range}}`
})

const browser = await launch(args.chromium)
try {
  for (const lang of ['ru', 'kk', 'en']) await card(lang)
} finally {
  await browser.close()
}

async function card(lang) {
  const page = await browser.newPage({ viewport: { width: 1200, height: 630 } })
  await page.goto(`${args.base}/about?lang=${lang}`)
  const words = await page.evaluate(() => ({ title: document.querySelector('h1').textContent, lead: document.querySelector('.lead').textContent }))
  await page.goto('about:blank')
  await page.setContent(`<!doctype html><html lang="${lang}"><meta charset="utf-8"><style>${faces.join('')}
    body{margin:0;width:1200px;height:630px;padding:72px 80px;background:#08768B;color:#fff;font-family:Onest;display:flex;flex-direction:column;position:relative;overflow:hidden}
    .name{display:flex;gap:20px;align-items:center;font-size:34px;font-weight:600}
    h1{margin:84px 0 24px;font-size:68px;line-height:1.12;font-weight:600;max-width:1000px}
    p{margin:0;font-size:28px;line-height:1.4;color:#D5EFF4;max-width:960px}
    .line{position:absolute;left:0;right:0;bottom:0;opacity:.22}
  </style><body><div class="name"><svg width="60" height="60" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#fff"/><path d="M7 21c2.6 0 2.6-8 5.2-8s2.3 8 4.9 8 2.4-11 5-11 2.6 5 2.9 11" fill="none" stroke="#08768B" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round"/></svg>Keruen</div>
  <h1></h1><p></p><svg class="line" width="1200" height="150" viewBox="0 0 1200 150"><path d="M0 150V110c150 0 150-80 300-80s140 80 290 80 150-100 300-100 160 90 310 90v50z" fill="#fff"/></svg></body></html>`)
  await page.evaluate((w) => {
    document.querySelector('h1').textContent = w.title
    document.querySelector('p').textContent = w.lead.split(':')[0].split('.')[0] + '.'
  }, words)
  await page.evaluate(() => document.fonts.ready)
  await page.screenshot({ path: join(args.out, `${lang}.png`) })
  await page.close()
}
