import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { needTexts } from '@/app/i18n'
import { settingsRoute } from '@/app/routes'

export const privacyRoutes = [
  createRoute({
    getParentRoute: () => settingsRoute,
    path: '/privacy',
    loader: () => needTexts('privacy'),
    component: lazyRouteComponent(() => import('./Requests'), 'Requests'),
  }),
] as const
