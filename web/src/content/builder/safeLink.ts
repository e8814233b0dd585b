/** safeLink gives the address that was meant: an address of mail or a bare site gets its beginning; null when it is none. */
export function safeLink(text: string): string | null {
  const s = text.trim()
  if (s === '') return null
  if (/^(https?:\/\/|mailto:|tel:|sms:)\S+$/i.test(s) || s.startsWith('{{')) return s
  if (/^[^\s@/]+@[^\s@/]+\.[^\s@/]+$/.test(s)) return `mailto:${s}`
  if (/^\+?[\d\s()-]{7,20}$/.test(s)) return `tel:${s.replaceAll(/[^\d+]/g, '')}`
  if (/^[a-z][a-z0-9+.-]*:/i.test(s) && !/^[\w.-]+:\d/.test(s)) return null
  return /^[\p{L}\d.-]+\.\p{L}{2,}([/?#:]\S*)?$/u.test(s) ? `https://${s}` : null
}
