import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { needTexts } from '@/app/i18n'
import { cabinetRoute } from '@/app/routes'
import { contactSearch } from '@/contact/routes'

export const exportRoutes = [
  createRoute({
    getParentRoute: () => cabinetRoute,
    path: '/contacts/export',
    validateSearch: contactSearch,
    loader: () => needTexts('contact', 'export'),
    component: lazyRouteComponent(() => import('./ExportContacts'), 'ExportContacts'),
  }),
  createRoute({
    getParentRoute: () => cabinetRoute,
    path: '/exports',
    loader: () => needTexts('export'),
    component: lazyRouteComponent(() => import('./Exports'), 'Exports'),
  }),
] as const
