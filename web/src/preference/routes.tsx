import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { needTexts } from '@/app/i18n'
import { cabinetRoute } from '@/app/routes'

export const preferenceRoutes = [
  createRoute({
    getParentRoute: () => cabinetRoute,
    path: '/preferences',
    loader: () => needTexts('preference'),
    component: lazyRouteComponent(() => import('./Designer'), 'Designer'),
  }),
] as const
