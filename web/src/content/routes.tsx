import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { needTexts } from '@/app/i18n'
import { cabinetRoute, deskRoute } from '@/app/routes'

export const contentRoutes = [
  createRoute({
    getParentRoute: () => cabinetRoute,
    path: '/templates',
    loader: () => needTexts('content'),
    component: lazyRouteComponent(() => import('./Templates'), 'Templates'),
  }),
  createRoute({
    getParentRoute: () => cabinetRoute,
    path: '/templates/new',
    validateSearch: (s: Record<string, unknown>): { from?: string; html?: true } => ({ from: typeof s.from === 'string' ? s.from : undefined, html: s.html === true ? true : undefined }),
    loader: () => needTexts('content', 'contact'),
    component: lazyRouteComponent(() => import('./TemplatePage'), 'NewTemplate'),
  }),
  createRoute({
    getParentRoute: () => cabinetRoute,
    path: '/templates/$id',
    loader: () => needTexts('content', 'contact'),
    component: lazyRouteComponent(() => import('./TemplatePage'), 'TemplatePage'),
  }),
] as const

export const deskRoutes = [
  createRoute({
    getParentRoute: () => deskRoute,
    path: '/templates/$id/design',
    loader: () => needTexts('builder', 'content', 'contact', 'campaign', 'segment'),
    component: lazyRouteComponent(() => import('./builder/TemplateDesign'), 'TemplateDesign'),
  }),
  createRoute({
    getParentRoute: () => deskRoute,
    path: '/campaigns/$id/design',
    loader: () => needTexts('builder', 'content', 'contact', 'campaign', 'segment', 'delivery'),
    component: lazyRouteComponent(() => import('./builder/CampaignDesign'), 'CampaignDesign'),
  }),
] as const
