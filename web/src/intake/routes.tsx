import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { needTexts } from '@/app/i18n'
import { cabinetRoute } from '@/app/routes'
import { type ImportStep, importSteps } from './steps'

export const intakeRoutes = [
  createRoute({
    getParentRoute: () => cabinetRoute,
    path: '/imports',
    loader: () => needTexts('intake'),
    component: lazyRouteComponent(() => import('./Imports'), 'Imports'),
  }),
  createRoute({
    getParentRoute: () => cabinetRoute,
    path: '/imports/new',
    loader: () => needTexts('intake'),
    component: lazyRouteComponent(() => import('./NewImport'), 'NewImport'),
  }),
  createRoute({
    getParentRoute: () => cabinetRoute,
    path: '/imports/$id',
    validateSearch: (s: Record<string, unknown>): { step?: ImportStep } => ({ step: importSteps.find((x) => x === s.step) }),
    loader: () => needTexts('intake', 'contact'),
    component: lazyRouteComponent(() => import('./ImportPage'), 'ImportPage'),
  }),
] as const
