// Rules that the browser checks before asking the server. Messages are keys of the errors catalogue.
import * as v from 'valibot'

/** Rough shape of an address; the server decides. */
export const email = v.pipe(
  v.string(),
  v.trim(),
  v.nonEmpty('required'),
  v.maxLength(254, 'access.bad_email'),
  v.regex(/^[^\s@]+@[^\s@]+\.[^\s@.]{2,}$/u, 'access.bad_email'),
)

/** Password of 10 characters or more, at most 128 (spaces and any letters are welcome). */
export const newPassword = v.pipe(v.string(), v.minLength(10, 'access.password_short'), v.maxLength(128, 'access.password_long'))

export const required = v.pipe(v.string(), v.trim(), v.nonEmpty('required'))

const domains = ['gmail.com', 'mail.ru', 'yandex.ru', 'yandex.kz', 'bk.ru', 'inbox.ru', 'list.ru', 'outlook.com', 'icloud.com', 'yahoo.com', 'hotmail.com']

/** suggestEmail proposes the address the person probably meant: gmial.com → gmail.com. Null when nothing is near. */
export function suggestEmail(address: string): string | null {
  const at = address.lastIndexOf('@')
  const domain = address.slice(at + 1).toLowerCase()
  if (at < 1 || domain.length < 4 || domains.includes(domain)) return null
  const near = domains.find((d) => distance(d, domain) <= (d.length > 7 ? 2 : 1))
  return near ? `${address.slice(0, at)}@${near}` : null
}

// Optimal string alignment distance: a swap of neighbours counts as one slip.
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let best = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, rows[i - 2]![j - 2]! + 1)
      row.push(best)
    }
    rows.push(row)
  }
  return rows[a.length]![b.length]!
}

export type Strength = 'short' | 'weak' | 'fair' | 'good'

/** strength judges a password in one word; it advises and never refuses. */
export function strength(password: string): Strength {
  if (password.length < 10) return 'short'
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\d/, /[^\p{L}\d]/u].filter((r) => r.test(password)).length
  const unique = new Set(password.toLowerCase()).size
  if (unique < 6 || /^(\d+|[a-zа-я]+)$/iu.test(password)) return password.length >= 16 && unique >= 8 ? 'fair' : 'weak'
  return password.length >= 14 || kinds >= 3 ? 'good' : 'fair'
}
