/**
 * validTaxNumber checks a BIN or IIN by its control digit: weights 1…11, the sum modulo 11; if that is 10,
 * weights 3…11, 1, 2; a second 10 is invalid. The server checks more.
 */
export function validTaxNumber(text: string): boolean {
  if (!/^\d{12}$/.test(text)) return false
  const d = Array.from(text, Number)
  const sum = (weight: (i: number) => number) => d.slice(0, 11).reduce((s, x, i) => s + x * weight(i), 0) % 11
  let check = sum((i) => i + 1)
  if (check === 10) check = sum((i) => ((i + 2) % 11) + 1)
  return check !== 10 && check === d[11]
}
