import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { needTexts } from '@/app/i18n'
import { cabinetRoute } from '@/app/routes'

export const pathsRoutes = [
  createRoute({
    getParentRoute: () => cabinetRoute,
    path: '/platform/paths',
    loader: () => needTexts('paths'),
    component: lazyRouteComponent(() => import('./SendingPaths'), 'SendingPaths'),
  }),
] as const
