import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { needTexts } from '@/app/i18n'
import { cabinetRoute } from '@/app/routes'

export const incidentsRoutes = [
  createRoute({
    getParentRoute: () => cabinetRoute,
    path: '/platform/incidents',
    loader: () => needTexts('incidents'),
    component: lazyRouteComponent(() => import('./Incidents'), 'Incidents'),
  }),
] as const
