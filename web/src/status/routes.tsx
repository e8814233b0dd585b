import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { needTexts } from '@/app/i18n'
import { cabinetRoute } from '@/app/routes'

export const statusRoutes = [
  createRoute({
    getParentRoute: () => cabinetRoute,
    path: '/platform/status',
    loader: () => needTexts('status'),
    component: lazyRouteComponent(() => import('./PlatformStatus'), 'PlatformStatus'),
  }),
] as const
