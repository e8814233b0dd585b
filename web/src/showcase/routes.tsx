import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { needTexts } from '@/app/i18n'
import { cabinetRoute, settingsRoute } from '@/app/routes'

export const showcaseRoutes = [
  createRoute({
    getParentRoute: () => cabinetRoute,
    path: '/platform/clients',
    loader: () => needTexts('showcase'),
    component: lazyRouteComponent(() => import('./Clients'), 'Clients'),
  }),
] as const

export const showcaseSettingsRoutes = [
  createRoute({
    getParentRoute: () => settingsRoute,
    path: '/showcase',
    loader: () => needTexts('showcase'),
    component: lazyRouteComponent(() => import('./Permission'), 'Permission'),
  }),
] as const
