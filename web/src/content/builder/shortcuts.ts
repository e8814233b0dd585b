import type { Keys } from '@/lib/hotkeys'

// Where the keys of the editor act: over a dialogue, in a panel or in a field they belong to what has the focus.

/** actsHere tells whether a shortcut of the editor acts when the focus is at an element. */
export function actsHere(keys: Keys, at: Element): boolean {
  const outline = at.closest('[data-outline]')
  // On narrow screens the outline itself is in a sheet, which is a dialogue.
  if (!outline && (at.closest('[role=dialog]') || document.querySelector('[aria-modal=true]'))) return false
  if (keys === 'mod+Z' || keys === 'mod+shift+Z') return !at.closest('[data-own-undo]')
  if (keys === 'Escape') return !at.closest('[role=dialog]')
  if (at === document.body) return true
  if (!outline && !at.closest('[data-canvas]')) return false
  return !at.matches('input, textarea, select') && !at.closest('button:not([data-entry])')
}
