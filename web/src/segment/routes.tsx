import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { needTexts } from '@/app/i18n'
import { cabinetRoute } from '@/app/routes'

/** What a new segment begins with; lives in the URL. */
export interface NewSegmentSearch {
  recipe?: string
}

export const segmentRoutes = [
  createRoute({
    getParentRoute: () => cabinetRoute,
    path: '/segments',
    loader: () => needTexts('segment'),
    component: lazyRouteComponent(() => import('./Segments'), 'Segments'),
  }),
  createRoute({
    getParentRoute: () => cabinetRoute,
    path: '/segments/new',
    validateSearch: (s: Record<string, unknown>): NewSegmentSearch => ({ recipe: typeof s.recipe === 'string' ? s.recipe : undefined }),
    loader: () => needTexts('segment', 'contact', 'delivery'),
    component: lazyRouteComponent(() => import('./Builder'), 'NewSegment'),
  }),
  createRoute({
    getParentRoute: () => cabinetRoute,
    path: '/segments/$id',
    loader: () => needTexts('segment', 'contact', 'delivery'),
    component: lazyRouteComponent(() => import('./Builder'), 'EditSegment'),
  }),
] as const
