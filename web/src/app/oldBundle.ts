// After an update an old tab asks for chunks that no longer exist. The person is told once and reloads when ready;
// nothing is reloaded under their hands.
let shown = false

export function reloadOnOldBundle(): void {
  window.addEventListener('vite:preloadError', () => {
    if (shown) return
    shown = true
    document.dispatchEvent(new CustomEvent('keruen:update'))
  })
}
