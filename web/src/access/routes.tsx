import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { guestRoute, settingsRoute } from '@/app/routes'
import { currentMe } from '@/app/session'

const text = (v: unknown) => (typeof v === 'string' && v !== '' ? v : undefined)

// A signed-in person has nothing to do at the door.
const visitorsOnly = () => {
  if (currentMe()) throw redirect({ to: '/' })
}

export const guestRoutes = [
  createRoute({
    getParentRoute: () => guestRoute,
    path: '/sign-in',
    validateSearch: (s: Record<string, unknown>): { next?: string } => ({ next: text(s.next) }),
    beforeLoad: visitorsOnly,
    component: lazyRouteComponent(() => import('./SignIn'), 'SignIn'),
  }),
  createRoute({
    getParentRoute: () => guestRoute,
    path: '/sign-up',
    beforeLoad: visitorsOnly,
    component: lazyRouteComponent(() => import('./SignUp'), 'SignUp'),
  }),
  createRoute({
    getParentRoute: () => guestRoute,
    path: '/reset',
    component: lazyRouteComponent(() => import('./ResetPassword'), 'ResetPassword'),
  }),
  createRoute({
    getParentRoute: () => guestRoute,
    path: '/invite/$token',
    component: lazyRouteComponent(() => import('./Invited'), 'Invited'),
  }),
  createRoute({
    getParentRoute: () => guestRoute,
    path: '/welcome',
    beforeLoad: () => {
      if (!currentMe()) throw redirect({ to: '/sign-in', search: { next: '/welcome' } })
    },
    component: lazyRouteComponent(() => import('./Welcome'), 'Welcome'),
  }),
] as const

export const settingsRoutes = [
  createRoute({
    getParentRoute: () => settingsRoute,
    path: '/',
    beforeLoad: () => {
      throw redirect({ to: '/settings/profile' })
    },
  }),
  createRoute({
    getParentRoute: () => settingsRoute,
    path: '/profile',
    component: lazyRouteComponent(() => import('./Profile'), 'Profile'),
  }),
  createRoute({
    getParentRoute: () => settingsRoute,
    path: '/security',
    component: lazyRouteComponent(() => import('./Security'), 'Security'),
  }),
  createRoute({
    getParentRoute: () => settingsRoute,
    path: '/company',
    component: lazyRouteComponent(() => import('./Company'), 'Company'),
  }),
  createRoute({
    getParentRoute: () => settingsRoute,
    path: '/team',
    component: lazyRouteComponent(() => import('./Team'), 'Team'),
  }),
  createRoute({
    getParentRoute: () => settingsRoute,
    path: '/keys',
    component: lazyRouteComponent(() => import('./Keys'), 'Keys'),
  }),
] as const
