import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { settingsRoute } from '@/app/routes'

export const auditRoutes = [
  createRoute({
    getParentRoute: () => settingsRoute,
    path: '/documents',
    component: lazyRouteComponent(() => import('./DocumentsAndActs'), 'DocumentsAndActs'),
  }),
  createRoute({
    getParentRoute: () => settingsRoute,
    path: '/audit',
    component: lazyRouteComponent(() => import('./AuditLog'), 'AuditLog'),
  }),
] as const
