import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { needTexts } from '@/app/i18n'
import { cabinetRoute } from '@/app/routes'

export const homeRoutes = [
  createRoute({
    getParentRoute: () => cabinetRoute,
    path: '/',
    loader: () => needTexts('home'),
    component: lazyRouteComponent(() => import('./Home'), 'Home'),
  }),
] as const
