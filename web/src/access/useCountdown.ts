import { useEffect, useState } from 'react'

/** useCountdown gives the whole seconds left until an instant, and ticks; 0 when it has come. */
export function useCountdown(until: string | null): number {
  const [now, setNow] = useState(Date.now)
  const left = until ? Math.max(0, Math.ceil((new Date(until).getTime() - now) / 1000)) : 0
  const running = left > 0
  useEffect(() => {
    if (!running) return
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [running, until])
  return left
}

/** clock shows seconds as 14:59. */
export const clock = (seconds: number) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
