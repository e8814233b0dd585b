// What a person meant when they typed a Russian or Kazakh word with the Latin layout on, and the other way round.
const latin = "qwertyuiop[]asdfghjkl;'zxcvbnm,."
const russian = 'йцукенгшщзхъфывапролджэячсмитьбю'
const kazakh: Record<string, string> = { '2': 'ә', '3': 'і', '4': 'ң', '5': 'ғ', '8': 'ү', '9': 'ұ', '0': 'қ', '-': 'ө', '=': 'һ' }

/** otherLayout gives the same key presses as they would read in the other layout. */
export function otherLayout(text: string): string {
  return Array.from(text.toLowerCase(), (c) => {
    const l = latin.indexOf(c)
    if (l >= 0) return russian[l]
    const r = russian.indexOf(c)
    if (r >= 0) return latin[r]
    return kazakh[c] ?? c
  }).join('')
}
