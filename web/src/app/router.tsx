import { createRouter } from '@tanstack/react-router'
import { guestRoutes, settingsRoutes } from '@/access/routes'
import { auditRoutes } from '@/audit/routes'
import { campaignRoutes } from '@/campaign/routes'
import { channelRoutes } from '@/channel/routes'
import { contactRoutes, contactSettingsRoutes } from '@/contact/routes'
import { contentRoutes, deskRoutes } from '@/content/routes'
import { exportRoutes } from '@/export/routes'
import { formRoutes } from '@/form/routes'
import { homeRoutes } from '@/home/routes'
import { hygieneRoutes } from '@/hygiene/routes'
import { incidentsRoutes } from '@/incidents/routes'
import { intakeRoutes } from '@/intake/routes'
import { pathsRoutes } from '@/paths/routes'
import { preferenceRoutes } from '@/preference/routes'
import { privacyRoutes } from '@/privacy/routes'
import { segmentRoutes } from '@/segment/routes'
import { cabinetRoute, deskRoute, guestRoute, rootRoute, settingsRoute } from './routes'
import { showcaseRoutes, showcaseSettingsRoutes } from '@/showcase/routes'
import { statusRoutes } from '@/status/routes'
import { NotFound } from './NotFound'
import { RouteProblem } from './RouteProblem'

// Every feature gives its routes; screens load with them.
const tree = rootRoute.addChildren([
  guestRoute.addChildren(guestRoutes),
  deskRoute.addChildren(deskRoutes),
  cabinetRoute.addChildren([
    ...homeRoutes,
    ...contactRoutes,
    ...hygieneRoutes,
    ...segmentRoutes,
    ...intakeRoutes,
    ...formRoutes,
    ...preferenceRoutes,
    ...exportRoutes,
    ...campaignRoutes,
    ...contentRoutes,
    ...channelRoutes,
    ...pathsRoutes,
    ...incidentsRoutes,
    ...statusRoutes,
    ...showcaseRoutes,
    settingsRoute.addChildren([...settingsRoutes, ...contactSettingsRoutes, ...privacyRoutes, ...showcaseSettingsRoutes, ...auditRoutes]),
  ]),
])

export const router = createRouter({
  routeTree: tree,
  defaultPreload: 'intent',
  defaultPreloadDelay: 40,
  defaultPendingMs: 150,
  scrollRestoration: true,
  defaultNotFoundComponent: NotFound,
  defaultErrorComponent: RouteProblem,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
