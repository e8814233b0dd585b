export const shortcutsEvent = 'keruen:shortcuts'

/** openShortcuts shows the list of shortcuts; the shell listens. */
export function openShortcuts(): void {
  document.dispatchEvent(new CustomEvent(shortcutsEvent))
}
