import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { needTexts } from '@/app/i18n'
import { cabinetRoute } from '@/app/routes'
import { type Period, periods } from '@/report/period'
import { type CampaignState, campaignStates } from './campaign'

const text = (v: unknown) => (typeof v === 'string' && v !== '' ? v : undefined)

export const campaignRoutes = [
  createRoute({
    getParentRoute: () => cabinetRoute,
    path: '/campaigns',
    validateSearch: (s: Record<string, unknown>): { state?: CampaignState } => ({ state: campaignStates.find((x) => x === s.state) }),
    loader: () => needTexts('campaign'),
    component: lazyRouteComponent(() => import('./Campaigns'), 'Campaigns'),
  }),
  createRoute({
    getParentRoute: () => cabinetRoute,
    path: '/campaigns/new',
    validateSearch: (s: Record<string, unknown>): { template?: string } => ({ template: text(s.template) }),
    loader: () => needTexts('campaign'),
    component: lazyRouteComponent(() => import('./NewCampaign'), 'NewCampaign'),
  }),
  createRoute({
    getParentRoute: () => cabinetRoute,
    path: '/campaigns/$id/edit',
    loader: () => needTexts('campaign', 'content', 'contact', 'delivery'),
    component: lazyRouteComponent(() => import('./Builder'), 'Builder'),
  }),
  createRoute({
    getParentRoute: () => cabinetRoute,
    path: '/campaigns/$id',
    validateSearch: (s: Record<string, unknown>): { state?: string; reason?: string } => ({ state: text(s.state), reason: text(s.reason) }),
    loader: () => needTexts('campaign', 'report', 'delivery'),
    component: lazyRouteComponent(() => import('../report/ReportPage'), 'ReportPage'),
  }),
  createRoute({
    getParentRoute: () => cabinetRoute,
    path: '/reports',
    validateSearch: (s: Record<string, unknown>): { period?: Period } => ({ period: periods.find((x) => x === String(s.period)) }),
    loader: () => needTexts('report'),
    component: lazyRouteComponent(() => import('../report/Trends'), 'Trends'),
  }),
] as const
