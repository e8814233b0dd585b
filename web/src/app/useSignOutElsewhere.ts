import { useRouter } from '@tanstack/react-router'
import { useEffect } from 'react'
import { refreshMe } from './session'

/** useSignOutElsewhere leads to sign-in when the session ended elsewhere (another tab, revoked, expired): any answer 401 tells. */
export function useSignOutElsewhere() {
  const router = useRouter()
  useEffect(() => {
    const check = async () => {
      if (await refreshMe().catch(() => true)) return
      location.assign(`/sign-in?next=${encodeURIComponent(router.state.location.href)}`)
    }
    const on = () => void check()
    document.addEventListener('keruen:signed-out', on)
    return () => document.removeEventListener('keruen:signed-out', on)
  }, [router])
}
