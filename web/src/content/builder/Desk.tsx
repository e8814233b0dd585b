import { Outlet } from '@tanstack/react-router'
import { useSignOutElsewhere } from '@/app/useSignOutElsewhere'

/** Desk is the frame of editors that fill the window. */
export function Desk() {
  useSignOutElsewhere()
  return (
    <main id="main">
      <Outlet />
    </main>
  )
}
