// One browser with one person in front of it. Every page that opens is watched; every screen passed is audited and kept as a picture.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { audit, launch, listen, wcag } from '../../../web/e2e/look.mjs'
import { lang } from './words.mjs'

/** Stage plays a journey against a running program and keeps what was wrong in `findings`. */
export class Stage {
  findings = []
  #shots = 0
  #began = Date.now()

  static async open({ base, out, chromium }) {
    const s = new Stage()
    mkdirSync(out, { recursive: true })
    s.base = base
    s.out = out
    s.browser = await launch(chromium)
    s.context = await s.browser.newContext({
      baseURL: base,
      viewport: { width: 1440, height: 1200 }, // the menu of personal fields opens without scrolling
      locale: `${lang}-KZ`,
      timezoneId: 'Asia/Almaty',
      colorScheme: 'light',
      reducedMotion: 'reduce',
      acceptDownloads: true,
    })
    s.context.setDefaultTimeout(20_000)
    s.context.on('page', (page) => {
      page.keruenLog = listen(page, base)
    })
    return s
  }

  newPage = () => this.context.newPage()
  close = () => this.browser.close()

  /** saw keeps a picture of the screen that is open and audits it, once nothing loads any more. */
  async saw(page, name) {
    const where = `${String(++this.#shots).padStart(2, '0')}-${name}`
    await settled(page)
    await page.evaluate(() => scrollTo(0, 0)) // else what sticks to the window stands in the middle of the picture
    await page.screenshot({ path: join(this.out, `${where}.png`), fullPage: true, animations: 'disabled' })
    for (const v of await audit(page, wcag)) {
      if (v.impact === 'serious' || v.impact === 'critical') this.findings.push(`${where}: axe ${v.impact} ${v.id}: ${v.nodes}`)
    }
    this.#collect(page, where)
    this.say(where)
  }

  /** failed keeps a picture of every open page when the journey cannot go on. */
  async failed() {
    for (const [i, page] of this.context.pages().entries()) {
      this.#collect(page, `at the end, ${page.url()}`)
      await page.screenshot({ path: join(this.out, `failed-${i}.png`), fullPage: true }).catch((e) => this.say(`no picture: ${e.message}`))
    }
  }

  /** finish collects what the open pages still had to say. */
  finish() {
    for (const page of this.context.pages()) this.#collect(page, `at the end, ${page.url()}`)
  }

  say = (text) => console.log(`${((Date.now() - this.#began) / 1000).toFixed(1).padStart(6)} s  ${text}`)

  #collect(page, where) {
    for (const line of page.keruenLog.lines.splice(0)) this.findings.push(`${where}: ${line}`)
  }
}

// Nothing is busy, the fonts are there, and what was drawn last is on the screen.
async function settled(page) {
  await page.waitForLoadState('load')
  await page.waitForFunction(() => !document.querySelector('[aria-busy=true]') && document.fonts.status === 'loaded')
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
}
