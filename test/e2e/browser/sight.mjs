// Tells of letters whether Chromium shows the link by which one leaves: where it lies, what a click on it meets, and how much its
// letters differ from what is behind them. Input (stdin): {"name": "<html>…"}; output: {"name": {"seen": bool, "why": "…"}}.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'

const arg = (name) => process.argv[process.argv.indexOf(`--${name}`) + 1]
const require = createRequire(new URL('../../../web/package.json', import.meta.url))
const { chromium } = require('playwright-core')
const letters = JSON.parse(readFileSync(0, 'utf8'))
const way = arg('way')

const browser = await chromium.launch({ executablePath: arg('chromium'), args: ['--no-sandbox'] })
const context = await browser.newContext({ viewport: { width: 600, height: 800 }, colorScheme: 'light' })
await context.route('**/*', (route) => route.abort())
const page = await context.newPage()
const lens = await context.newPage()

// places lists the visible rectangles of a link with what a click there meets.
const places = (href) => {
  const out = []
  for (const a of document.querySelectorAll('a[href], area[href]')) {
    if (a.getAttribute('href') !== href) continue
    const rects = []
    const walk = document.createTreeWalker(a, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT)
    const add = (range, size) => {
      for (const r of range.getClientRects()) rects.push({ x: r.x + scrollX, y: r.y + scrollY, w: r.width, h: r.height, size })
    }
    for (let n = walk.currentNode; n; n = walk.nextNode()) {
      if (n.nodeType === 3 && /[\p{L}\p{N}]/u.test(n.data)) {
        const range = document.createRange()
        range.selectNodeContents(n)
        add(range, parseFloat(getComputedStyle(n.parentElement).fontSize))
      } else if (n.nodeName === 'IMG') add(n, 16)
    }
    if (a.nodeName === 'AREA') add(document.querySelector(`img[usemap]`), 16)
    out.push({ rects, area: a.nodeName === 'AREA', picture: a.nodeName === 'AREA' || !!a.querySelector('img') })
  }
  return out
}

const hits = ([href, r]) => {
  scrollTo(0, r.y - 300)
  let hit = 0
  for (const fx of [0.2, 0.5, 0.8]) {
    const e = document.elementFromPoint(r.x + r.w * fx - scrollX, r.y + r.h / 2 - scrollY)
    if (e && (e.closest('a')?.getAttribute('href') === href || e.nodeName === 'IMG' || e.nodeName === 'AREA')) hit++
  }
  return { hit, y: scrollY }
}

// contrast is the greatest between two pixels of a picture, as WCAG counts it.
const contrast = async (src) => {
  const img = new Image()
  img.src = src
  await img.decode()
  const canvas = new OffscreenCanvas(img.width, img.height)
  const at = canvas.getContext('2d')
  at.drawImage(img, 0, 0)
  const { data } = at.getImageData(0, 0, img.width, img.height)
  const part = (v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
  let low = 2
  let high = 0
  for (let i = 0; i < data.length; i += 4) {
    const l = 0.2126 * part(data[i]) + 0.7152 * part(data[i + 1]) + 0.0722 * part(data[i + 2])
    low = Math.min(low, l)
    high = Math.max(high, l)
  }
  return (high + 0.05) / (low + 0.05)
}

async function look(html) {
  await page.setContent(html, { waitUntil: 'load' })
  await page.waitForTimeout(html.includes('animation') ? 2500 : 0)
  let why = 'no link'
  for (const link of await page.evaluate(places, way)) {
    if (link.rects.length === 0) why = 'no box'
    for (const r of link.rects) {
      if (r.w < 4 || r.h < 4 || r.size < 8) { why = `small ${r.w}×${r.h} ${r.size}px`; continue }
      if (r.x + r.w < 2 || r.y + r.h < 2 || r.x > 2000) { why = 'off the page'; continue }
      const { hit } = await page.evaluate(hits, [way, r])
      if (hit < 2 && !link.area) { why = 'a click meets something else'; continue }
      if (link.picture) return { seen: true, why: '' }
      const y = r.y - (await page.evaluate(() => scrollY))
      const clip = { x: Math.max(0, r.x), y: Math.max(0, y), width: Math.min(r.w, 590), height: r.h }
      const shot = await page.screenshot({ clip })
      const c = await lens.evaluate(contrast, `data:image/png;base64,${shot.toString('base64')}`)
      if (c < 1.4) { why = `contrast ${c.toFixed(2)}`; continue }
      return { seen: true, why: '' }
    }
  }
  return { seen: false, why }
}

const out = {}
for (const [name, html] of Object.entries(letters)) {
  try {
    out[name] = await look(html)
    if (!out[name].seen) out[name] = await look(html) // a picture may have moved things while they were measured
  } catch (e) {
    out[name] = { seen: false, why: `broken: ${e.message.split('\n')[0]}` }
  }
}
await browser.close()
console.log(JSON.stringify(out))
