import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { needTexts } from '@/app/i18n'
import { cabinetRoute } from '@/app/routes'

export const hygieneRoutes = [
  createRoute({
    getParentRoute: () => cabinetRoute,
    path: '/duplicates',
    loader: () => needTexts('hygiene', 'contact'),
    component: lazyRouteComponent(() => import('./Duplicates'), 'Duplicates'),
  }),
  createRoute({
    getParentRoute: () => cabinetRoute,
    path: '/duplicates/merge',
    validateSearch: (s: Record<string, unknown>): { ids?: string } => ({ ids: typeof s.ids === 'string' && s.ids !== '' ? s.ids : undefined }),
    loader: () => needTexts('hygiene', 'contact'),
    component: lazyRouteComponent(() => import('./Merge'), 'Merge'),
  }),
] as const
