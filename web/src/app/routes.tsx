import { createRootRoute, createRoute, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router'
import { needTexts } from './i18n'
import { currentMe } from './session'

export const rootRoute = createRootRoute({ component: Outlet })

/** Screens for visitors: sign-in, sign-up, reset. They do not load the shell. */
export const guestRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'guest',
  loader: () => needTexts('access'),
  component: lazyRouteComponent(() => import('../access/GuestFrame'), 'GuestFrame'),
})

/** Screens of the cabinet: they need a session and stand inside the shell. */
export const cabinetRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'cabinet',
  beforeLoad: ({ location }) => {
    if (!currentMe()) throw redirect({ to: '/sign-in', search: { next: location.href === '/' ? undefined : location.href } })
  },
  loader: () => needTexts('shell'),
  component: lazyRouteComponent(() => import('./shell/Shell'), 'Shell'),
})

/** Editors that fill the window: they need a session, and no menu stands beside them. */
export const deskRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'desk',
  beforeLoad: ({ location }) => {
    if (!currentMe()) throw redirect({ to: '/sign-in', search: { next: location.href } })
  },
  component: lazyRouteComponent(() => import('../content/builder/Desk'), 'Desk'),
})

/** Screens of settings: a menu beside the page. */
export const settingsRoute = createRoute({
  getParentRoute: () => cabinetRoute,
  path: '/settings',
  loader: () => needTexts('settings'),
  component: lazyRouteComponent(() => import('../access/SettingsFrame'), 'SettingsFrame'),
})
