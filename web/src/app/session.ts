import { useQuery } from '@tanstack/react-query'
import { fetchMe, type Me } from '@/api'
import { setZone } from '@/lib/useFmt'
import type { Boot } from './boot'
import { queryClient } from './queryClient'

const key = ['me']
let installation: Pick<Boot, 'product' | 'version' | 'sandbox'> = { product: 'Keruen', version: '', sandbox: '' }

/** seedSession puts what the page was served with into the cache. */
export function seedSession(boot: Boot): void {
  installation = boot
  setSession(boot.me)
}

/** setSession replaces who is signed in: after sign-in, a change of profile, a switch of account. */
export function setSession(me: Me | null): void {
  if (me?.account.zone) setZone(me.account.zone)
  queryClient.setQueryData(key, me)
}

/** currentMe is for route guards; components use useMe. */
export const currentMe = () => queryClient.getQueryData<Me | null>(key) ?? null

/** refreshMe asks the server who is signed in now. */
export async function refreshMe(): Promise<Me | null> {
  const me = await fetchMe()
  setSession(me)
  return me
}

/** useMe gives the signed-in person; only for screens inside the cabinet. */
export function useMe(): Me {
  const { data } = useQuery({ queryKey: key, queryFn: fetchMe, staleTime: 60_000 })
  if (!data) throw new Error('useMe outside of a session')
  return data
}

/** useMaybeMe is useMe for screens that also serve visitors. */
export function useMaybeMe(): Me | null {
  const { data } = useQuery({ queryKey: key, queryFn: fetchMe, staleTime: 60_000 })
  return data ?? null
}

/** useCan tells whether the person's role allows something in this account. */
export function useCan(permission: string): boolean {
  const me = useMaybeMe()
  return me?.permissions.includes(permission) ?? false
}

export const product = () => installation
