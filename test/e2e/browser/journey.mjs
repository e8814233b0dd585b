// The main job as a newcomer does it, in a real browser, in Russian or in Kazakh: sign up with the code from the letter, connect a sender,
// bring a CSV with bad rows in, send, watch the report, leave by the link in the letter, and see the next campaign keep out
// whoever left.
//
//   node test/e2e/browser/journey.mjs --base http://127.0.0.1:PORT --out DIR [--lang kk]    the program runs with sandbox = true
//
// Ends with 1 when a step is impossible, when axe finds a serious or critical violation on a screen passed, or when a page logs
// an error, fails a request or asks a foreign origin. Nothing waits for a time: only for what a person would wait to see.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Stage } from './stage.mjs'
import { counted, lang, say } from './words.mjs'

const { values: args } = parseArgs({
  options: {
    base: { type: 'string' },
    out: { type: 'string' },
    lang: { type: 'string', default: 'ru' },
    chromium: { type: 'string', default: process.env.CHROMIUM ?? '/usr/bin/chromium' },
  },
})

// What the server's own pages say: they have no catalogue that a browser could read.
const pages = {
  ru: {
    signUp: 'Создать аккаунт',
    letter: 'Письмо',
    leave: 'Отписаться',
    ask: 'Отписаться от рассылки?',
    noMore: (who, to) => `«${who}» больше не будет писать на адрес ${to}`,
    left: 'Вы отписаны',
  },
  kk: {
    signUp: 'Аккаунт ашу',
    letter: 'Хат',
    leave: 'Бас тарту',
    ask: 'Таратылымнан бас тартасыз ба?',
    noMore: (who, to) => `«${who}» енді ${to} мекенжайына хат жібермейді`,
    left: 'Сіз таратылымнан бас тарттыңыз',
  },
}[lang]

const owner = { email: 'aigerim@kofe.test', password: 'верблюд несёт кофе', company: 'Кофейня «Дән»' }
const sender = { name: 'Кофейня «Дән»', address: 'news@kofe.test' }
// Irina reads her letters in this browser; the readers of the pretend world do what their names say.
const irina = 'ignores@mail.ru'
const people = [
  ['opens1@gmail.com', 'Асель', 'латте'],
  ['opens2@gmail.com', 'Болат', 'раф'],
  ['opens3@yandex.kz', 'Вера', ''],
  ['opens4@yandex.kz', 'Гаухар', 'капучино'],
  ['opens5@mail.ru', 'Дмитрий', 'латте'],
  ['opens6@mail.ru', '', 'чай'],
  ['clicks1@gmail.com', 'Ерлан', 'эспрессо'],
  ['clicks2@mail.ru', 'Жанна', 'какао'],
  ['clicks3@yandex.kz', 'Зарина', 'латте'],
  [irina, 'Ирина', 'флэт уайт'],
  ['unknown@mail.ru', 'Кайрат', 'американо'],
]
const bad = [
  ['без-собаки.kz', 'Лейла', 'латте'],
  ['две@@собаки.kz', 'Марат', 'раф'],
  ['', 'Никто', 'чай'],
]
const csv = [['Почта', 'Имя', 'Любимый напиток'], ...people.slice(0, 4), ...bad, ...people.slice(4)].map((r) => r.join(';')).join('\r\n')

const stage = await Stage.open(args)
const page = await stage.newPage()
try {
  await signUp()
  await connectSender()
  await importContacts()
  const first = await campaign('Осеннее меню')
  await send(people.length)
  await watch(first)
  await leave()
  await seeWhoLeft(first)
  const second = await campaign('Зимнее меню')
  await send(people.length - 2)
  await leftOut(second)
  stage.finish()
} catch (e) {
  await stage.failed()
  stage.findings.push(e.stack)
} finally {
  await stage.close()
}
for (const f of stage.findings) console.log(f)
stage.say(stage.findings.length === 0 ? 'The journey is whole.' : `${stage.findings.length} findings`)
process.exitCode = stage.findings.length === 0 ? 0 : 1

// ACC-1: an address, a password, the documents, the code from the letter, one question.
async function signUp() {
  await page.goto('/')
  await page.getByRole('link', { name: pages.signUp }).first().waitFor()
  await stage.saw(page, 'landing')
  await page.getByRole('link', { name: pages.signUp }).first().click()
  await heading(say('access:sign_up.title'))
  await page.getByLabel(say('access:email')).fill(owner.email)
  await page.getByLabel(say('access:password.label'), { exact: true }).fill(owner.password)
  await page.getByText(say('access:sign_up.signing')).waitFor()
  await stage.saw(page, 'sign-up')
  await button(say('access:sign_up.action')).click()

  await heading(say('access:code.title'))
  await stage.saw(page, 'code')
  await arrived(owner.email, 1)
  const mailbox = await popup(page.getByRole('link', { name: say('access:code.sandbox_link') }))
  const letter = mailbox.getByRole('row').filter({ hasText: owner.email }).getByRole('link', { name: /\d{6}/ })
  const code = /\d{6}/.exec(await letter.innerText())[0]
  await stage.saw(mailbox, 'mailbox')
  await letter.click()
  await mailbox.frameLocator(`iframe[title="${pages.letter}"]`).getByText(code).first().waitFor()
  await stage.saw(mailbox, 'code-letter')
  await mailbox.close()
  await page.getByLabel(say('access:code.label')).fill(code)

  await heading(say('access:welcome.title'))
  await page.getByLabel(say('access:welcome.company')).fill(owner.company)
  await stage.saw(page, 'welcome')
  await button(say('access:welcome.action')).click()
  await heading(say('home:title'))
  await page.getByText(say('home:steps.title')).waitFor()
  await stage.saw(page, 'home-of-a-newcomer')
}

// MSG-4: the first of the first steps.
async function connectSender() {
  await page.getByRole('link', { name: say('home:steps.sender_action'), exact: true }).click()
  await heading(say('channel:list.title'))
  await page.getByRole('link', { name: say('channel:list.connect') }).click()
  await heading(say('channel:new.title'))
  await page.getByLabel(say('channel:form.name')).fill(sender.name)
  await page.getByLabel(say('channel:form.address'), { exact: true }).fill(sender.address)
  await stage.saw(page, 'new-sender')
  await button(say('channel:new.action')).click()
  await heading(sender.name)
  await stage.saw(page, 'sender')
  await button(say('channel:card.check')).click()
  await page.getByText(say('channel:state.ready'), { exact: true }).waitFor()
  await stage.saw(page, 'sender-ready')
}

// AUD-5, AUD-2: file, columns, consent, dry run, run, report, the rejected rows.
async function importContacts() {
  await menu(say('shell:nav.home')).click()
  await page.getByRole('link', { name: say('home:steps.contacts_action'), exact: true }).click()
  await heading(say('intake:title'))
  await stage.saw(page, 'import-file')
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), button(say('intake:file.choose')).first().click()])
  await chooser.setFiles({ name: 'гости.csv', mimeType: 'text/csv', buffer: Buffer.from(csv, 'utf8') })

  await heading(say('intake:of_file', { name: 'гости.csv' }))
  await page.getByRole('heading', { name: say('intake:columns.title') }).waitFor()
  const drink = page.getByLabel(say('intake:columns.goes_to', { name: 'Любимый напиток' })).and(page.getByRole('combobox').or(page.getByRole('textbox')))
  if ((await drink.inputValue()) !== say('intake:columns.new_field')) {
    await drink.click()
    await page.getByRole('option', { name: say('intake:columns.new_field') }).click()
  }
  await page.getByLabel(say('intake:columns.new_label')).fill('Любимый напиток')
  await stage.saw(page, 'import-columns')
  await button(say('intake:next')).click()

  await page.getByRole('radio', { name: say('intake:consent.yes') }).check()
  await page.getByLabel(say('intake:consent.source')).fill('Анкета на кассе')
  await page.getByLabel(say('intake:consent.date')).fill('2026-01-15')
  await page.getByLabel(say('intake:consent.wording')).fill('Хочу получать новости и предложения кофейни по почте')
  await page.getByRole('checkbox', { name: say('intake:consent.email') }).check()
  await page.getByRole('radio', { name: say('intake:rules.new_list') }).check()
  await page.getByRole('textbox', { name: say('intake:rules.new_list') }).fill('Гости кофейни')
  await stage.saw(page, 'import-rules')
  await button(say('intake:next')).click()

  await button(counted('intake:check.start', people.length)).waitFor()
  await page.getByRole('heading', { name: say('intake:errors.title') }).waitFor()
  await page.getByText(say('intake:row.email.no_at')).waitFor()
  await page.getByText(counted('intake:errors.rejected', 2)).waitFor()
  await page.getByText(counted('intake:errors.rejected', 1)).waitFor()
  await page.getByText('без-собаки.kz').waitFor()
  await page.getByText('Анкета на кассе').waitFor()
  await stage.saw(page, 'import-check')
  await button(counted('intake:check.start', people.length)).click()

  const rejected = page.getByRole('link', { name: counted('intake:outcome.rejected', bad.length) })
  await rejected.waitFor()
  await figure(say('intake:count.created'), people.length)
  await figure(say('intake:count.errors'), bad.length)
  await stage.saw(page, 'import-report')
  const [download] = await Promise.all([page.waitForEvent('download'), rejected.click()])
  const rows = readFileSync(await download.path(), 'utf8')
  for (const [address, name] of bad) assert.ok(rows.includes(address) && rows.includes(name), `the file of rejected rows lacks ${name}:\n${rows}`)
  assert.ok(!rows.includes('Асель'), `the file of rejected rows has a good one:\n${rows}`)

  await page.getByRole('link', { name: say('intake:outcome.contacts') }).click()
  await heading(say('contact:title'))
  await page.getByRole('link', { name: irina }).waitFor()
  await stage.saw(page, 'contacts')
}

// MSG-1: a letter with the name and the drink of each person, to everybody.
async function campaign(name) {
  await menu(say('shell:nav.campaigns')).click()
  await heading(say('campaign:list.title'))
  await page.getByRole('link', { name: say('campaign:list.create') }).click()
  await heading(say('campaign:new.title'))
  await page.getByLabel(say('campaign:name.label')).fill(name)
  await page.getByRole('radio', { name: say('campaign:template.blank') }).check()
  await stage.saw(page, 'new-campaign')
  await button(say('campaign:new.create')).click()

  await heading(name)
  await page.getByRole('radio', { name: say('campaign:audience.all') }).check()
  await page.getByRole('textbox', { name: say('content:letter.html_label') }).waitFor()
  await page.getByText(say('content:problem.subject.missing')).nth(1).waitFor() // the checks of the empty letter are in, nothing moves any more
  const subject = page.getByLabel(say('content:letter.subject'), { exact: true })
  await subject.click()
  await insertField('друг', say('contact:field.first_name'))
  await subject.press('End')
  await subject.pressSequentially(`, ${name.toLowerCase()}`)
  const body = page.getByRole('textbox', { name: say('content:letter.html_label') })
  await body.fill('<h1>Сәлем!</h1><p>Для вас найдётся ')
  await insertField('кофе', 'Любимый напиток')
  await page.keyboard.insertText('.</p><p><a href="https://kofe.test/menu">Посмотреть меню</a></p>')
  await page.frameLocator(`iframe[title="${say('content:preview.frame')}"]`).getByRole('link', { name: 'Посмотреть меню' }).waitFor()
  await page.getByText(say('campaign:save.saved')).waitFor()
  await stage.saw(page, 'builder')
  return name
}

async function insertField(fallback, field) {
  await button(say('content:insert.button')).click()
  await page.getByLabel(say('content:insert.fallback')).fill(fallback)
  await page.getByRole('menuitem', { name: field, exact: true }).click()
}

// MSG-7: the number in the button, the question, and thirty seconds to call it back.
async function send(n) {
  const words = counted('campaign:send.action', n)
  await button(words).click()
  const question = page.getByRole('dialog')
  await question.getByText(say('campaign:send.confirm_now')).waitFor()
  await stage.saw(page, 'send-question')
  await question.getByRole('button', { name: words }).click()
  await page.getByText(say('report:undo.starts_in')).waitFor()
  await button(say('report:undo.action')).waitFor()
  await stage.saw(page, 'undo')
}

// MSG-3, MSG-11: the report moves by itself, from the first letter to the first reader.
async function watch(name) {
  await heading(name)
  await figure(say('report:tile.delivered'), people.length - 1, 60_000)
  await figure(say('report:tile.failed'), 1)
  await page.getByText(say('delivery:reason.user_unknown')).first().waitFor()
  await stage.saw(page, 'report-delivered')
  await figure(say('report:tile.opened'), /^[1-9]/, 60_000)
  await stage.saw(page, 'report-opened')
}

// AUD-3: the link in the letter, the page, the button.
async function leave() {
  const [nameless] = await messages('opens6@mail.ru', 1)
  assert.equal(nameless.subject, 'друг, осеннее меню', 'who has no name is greeted by the words for that case')
  await arrived(irina, 1)
  const mailbox = await stage.newPage()
  await mailbox.goto(`/sandbox/?to=${encodeURIComponent(irina)}`)
  await mailbox.getByRole('link', { name: 'Ирина, осеннее меню' }).click()
  const letter = mailbox.frameLocator(`iframe[title="${pages.letter}"]`)
  await letter.getByText('Для вас найдётся флэт уайт.').waitFor()
  await stage.saw(mailbox, 'letter')
  const leaving = await popup(letter.getByRole('link', { name: pages.leave }), mailbox)
  await leaving.getByRole('heading', { name: pages.ask }).waitFor()
  await leaving.getByText(pages.noMore('Кофейня „Дән“', 'i•••@mail.ru')).waitFor() // masked: letters are forwarded
  await stage.saw(leaving, 'unsubscribe')
  await leaving.getByRole('button', { name: pages.leave }).click()
  await leaving.getByRole('heading', { name: pages.left }).waitFor()
  await stage.saw(leaving, 'unsubscribed')
  await leaving.close()
  await mailbox.close()
}

async function seeWhoLeft(name) {
  await heading(name)
  await figure(say('report:tile.unsubscribed'), 1)
  await stage.saw(page, 'report-unsubscribed')
}

// AUD-3, MSG-3: the second campaign leaves out whoever left and the mailbox that does not exist, and says so.
async function leftOut(name) {
  await heading(name)
  await figure(say('report:tile.delivered'), people.length - 2, 60_000)
  await page.getByText(say('ui:campaign.done'), { exact: true }).waitFor()
  const row = page.getByRole('table', { name: say('report:people.title') }).getByRole('row').filter({ hasText: irina })
  await row.getByText(say('delivery:state.skipped')).waitFor()
  await row.getByText(say('delivery:reason.unsubscribed')).waitFor()
  await page.getByRole('button', { name: say('delivery:reason.unsubscribed') }).click()
  await row.waitFor()
  await stage.saw(page, 'report-left-out')
  assert.equal((await messages(irina)).length, 1, 'whoever left got no second letter')
}

function heading(name) {
  return page.getByRole('heading', { level: 1, name, exact: true }).waitFor()
}

function button(name) {
  return page.getByRole('button', { name, exact: true })
}

function menu(name) {
  return page.getByRole('navigation', { name: say('shell:nav.label') }).getByRole('link', { name, exact: true })
}

/** figure waits until the tile with this name shows the value. */
async function figure(name, value, timeout) {
  const tile = page.getByRole('main').getByText(name, { exact: true }).first().locator('xpath=following-sibling::*[1]')
  const wanted = value instanceof RegExp ? value : new RegExp(`^${value}$`)
  await tile.filter({ hasText: wanted }).waitFor({ timeout }).catch(async (e) => {
    throw new Error(`«${name}» is ${await tile.innerText().catch(() => 'not there')}, not ${value}`, { cause: e })
  })
}

/** popup clicks a link that opens another tab and gives that tab. */
async function popup(link, from = page) {
  const [tab] = await Promise.all([from.waitForEvent('popup'), link.click()])
  await tab.waitForLoadState('load')
  return tab
}

/** messages reads the pretend mailbox; with min it waits until there are so many. */
async function messages(to, min = 0) {
  const answer = await stage.context.request.get('/sandbox/api/messages', { params: { to, min, wait: '30s' }, timeout: 40_000 })
  assert.ok(answer.ok(), `the mailbox answers ${answer.status()}`)
  return (await answer.json()).items
}

async function arrived(to, n) {
  assert.ok((await messages(to, n)).length >= n, `no letter came to ${to}`)
}
