import { setNonce } from 'get-nonce'

/** nonce of this page, given by the server in a meta tag; empty in `vite dev`. */
export function pageNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? ''
}

/** shareNonce hands the page's nonce to the scroll lock of the kit's dialogs. */
export function shareNonce(): void {
  const nonce = pageNonce()
  if (nonce) setNonce(nonce)
}
