import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { needTexts } from '@/app/i18n'
import { cabinetRoute, settingsRoute } from '@/app/routes'

const text = (v: unknown) => (typeof v === 'string' && v !== '' ? v : undefined)
const oneOf = <T extends string>(v: unknown, of: readonly T[]) => of.find((x) => x === v)

const sorts = ['created_at', '-created_at', 'email', '-email', 'last_name', '-last_name', 'updated_at', '-updated_at'] as const

/** What narrows the list of contacts; lives in the URL. */
export interface ContactSearch {
  search?: string
  list?: string
  tag?: string
  segment?: string
  consent?: 'granted' | 'withdrawn' | 'none'
  sort?: (typeof sorts)[number]
}

/** contactSearch reads it. */
export const contactSearch = (s: Record<string, unknown>): ContactSearch => ({
  search: text(s.search),
  list: text(s.list),
  tag: text(s.tag),
  segment: text(s.segment),
  consent: oneOf(s.consent, ['granted', 'withdrawn', 'none'] as const),
  sort: oneOf(s.sort, sorts),
})

const stopReasons = ['unsubscribed', 'complaint', 'hard_bounce', 'manual'] as const
const stopChannels = ['email', 'sms', 'viber', 'whatsapp'] as const

/** What narrows the stop-list. */
export interface StopSearch {
  search?: string
  reason?: (typeof stopReasons)[number]
  channel?: (typeof stopChannels)[number]
  file?: string
}

const stopSearch = (s: Record<string, unknown>): StopSearch => ({
  search: text(s.search),
  reason: oneOf(s.reason, stopReasons),
  channel: oneOf(s.channel, stopChannels),
  file: text(s.file),
})

export const contactRoutes = [
  createRoute({
    getParentRoute: () => cabinetRoute,
    path: '/contacts',
    validateSearch: contactSearch,
    loader: () => needTexts('contact'),
    component: lazyRouteComponent(() => import('./Contacts'), 'Contacts'),
  }),
  createRoute({
    getParentRoute: () => cabinetRoute,
    path: '/contacts/new',
    validateSearch: contactSearch,
    loader: () => needTexts('contact'),
    component: lazyRouteComponent(() => import('./Contacts'), 'NewContact'),
  }),
  createRoute({
    getParentRoute: () => cabinetRoute,
    path: '/contacts/$id',
    loader: () => needTexts('contact', 'delivery', 'hygiene', 'privacy'),
    component: lazyRouteComponent(() => import('./ContactCard'), 'ContactCard'),
  }),
  createRoute({
    getParentRoute: () => cabinetRoute,
    path: '/lists',
    loader: () => needTexts('contact'),
    component: lazyRouteComponent(() => import('./Lists'), 'Lists'),
  }),
  createRoute({
    getParentRoute: () => cabinetRoute,
    path: '/lists/$id',
    validateSearch: (s: Record<string, unknown>): { days?: number } => ({ days: [7, 90, 365].find((n) => n === Number(s.days)) }),
    loader: () => needTexts('growth', 'contact'),
    component: lazyRouteComponent(() => import('./ListPage'), 'ListPage'),
  }),
  createRoute({
    getParentRoute: () => cabinetRoute,
    path: '/suppressions',
    validateSearch: stopSearch,
    loader: () => needTexts('stopfile', 'contact'),
    component: lazyRouteComponent(() => import('./Suppressions'), 'Suppressions'),
  }),
  createRoute({
    getParentRoute: () => cabinetRoute,
    path: '/suppressions/import',
    validateSearch: (s: Record<string, unknown>): { file?: string } => ({ file: text(s.file) }),
    loader: () => needTexts('stopfile', 'errors'),
    component: lazyRouteComponent(() => import('./StopImport'), 'StopImport'),
  }),
] as const

export const contactSettingsRoutes = [
  createRoute({
    getParentRoute: () => settingsRoute,
    path: '/fields',
    loader: () => needTexts('fields'),
    component: lazyRouteComponent(() => import('./settings/FieldSettings'), 'FieldSettings'),
  }),
  createRoute({
    getParentRoute: () => settingsRoute,
    path: '/consents',
    loader: () => needTexts('consent', 'contact'),
    component: lazyRouteComponent(() => import('./settings/ConsentSettings'), 'ConsentSettings'),
  }),
] as const
