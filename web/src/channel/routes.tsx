import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { needTexts } from '@/app/i18n'
import { cabinetRoute } from '@/app/routes'

export const channelRoutes = [
  createRoute({
    getParentRoute: () => cabinetRoute,
    path: '/channels',
    loader: () => needTexts('channel'),
    component: lazyRouteComponent(() => import('./Senders'), 'Senders'),
  }),
  createRoute({
    getParentRoute: () => cabinetRoute,
    path: '/channels/new',
    loader: () => needTexts('channel'),
    component: lazyRouteComponent(() => import('./NewSender'), 'NewSender'),
  }),
  createRoute({
    getParentRoute: () => cabinetRoute,
    path: '/channels/$id',
    loader: () => needTexts('channel'),
    component: lazyRouteComponent(() => import('./SenderCard'), 'SenderCard'),
  }),
] as const
