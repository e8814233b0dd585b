/** whenQuiet does what nobody waits for when the browser has nothing better to do. */
export function whenQuiet(f: () => void): void {
  if ('requestIdleCallback' in window) requestIdleCallback(f, { timeout: 3000 })
  else setTimeout(f, 1000)
}
