import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { needTexts } from '@/app/i18n'
import { cabinetRoute } from '@/app/routes'

const tabs = ['edit', 'share', 'submissions', 'stats'] as const
const states = ['pending', 'held', 'confirmed', 'accepted', 'unreachable', 'rejected', 'expired'] as const

const oneOf = <T extends string>(v: unknown, of: readonly T[]) => of.find((x) => x === v)

/** What the page of a form shows; lives in the URL. */
export interface FormSearch {
  tab?: (typeof tabs)[number]
  state?: (typeof states)[number]
}

export const formRoutes = [
  createRoute({
    getParentRoute: () => cabinetRoute,
    path: '/forms',
    loader: () => needTexts('form'),
    component: lazyRouteComponent(() => import('./Forms'), 'Forms'),
  }),
  createRoute({
    getParentRoute: () => cabinetRoute,
    path: '/forms/new',
    loader: () => needTexts('form'),
    component: lazyRouteComponent(() => import('./NewForm'), 'NewForm'),
  }),
  createRoute({
    getParentRoute: () => cabinetRoute,
    path: '/forms/$id',
    validateSearch: (s: Record<string, unknown>): FormSearch => ({ tab: oneOf(s.tab, tabs), state: oneOf(s.state, states) }),
    loader: () => needTexts('form', 'campaign'),
    component: lazyRouteComponent(() => import('./FormPage'), 'FormPage'),
  }),
] as const
