import {
  IconActivityHeartbeat,
  IconAdjustments,
  IconAddressBook,
  IconAt,
  IconBuildingStore,
  IconChartLine,
  IconChartPie,
  IconFileImport,
  IconForms,
  IconHome,
  IconList,
  IconRoute,
  IconSend,
  IconSettings,
  IconShieldX,
  IconTemplate,
  IconUserCancel,
} from '@tabler/icons-react'
import type { Keys } from '@/lib/hotkeys'

export interface NavItem {
  /** Key of its name in the shell's texts: "nav.contacts". */
  name: string
  to: string
  icon: typeof IconHome
  /** Hidden without this right. */
  needs?: string
  keys?: Keys
  /** Only the exact path is this item. */
  exact?: boolean
}

export interface NavGroup {
  /** Key of the heading; none for the first group. */
  name?: string
  items: NavItem[]
}

/** nav is the menu: only what exists now. */
export const nav: NavGroup[] = [
  { items: [{ name: 'nav.home', to: '/', icon: IconHome, keys: 'G H', exact: true }] },
  {
    name: 'nav.audience',
    items: [
      { name: 'nav.contacts', to: '/contacts', icon: IconAddressBook, needs: 'contacts.view', keys: 'G C' },
      { name: 'nav.lists', to: '/lists', icon: IconList, needs: 'contacts.view', keys: 'G L' },
      { name: 'nav.segments', to: '/segments', icon: IconChartPie, needs: 'contacts.view' },
      { name: 'nav.forms', to: '/forms', icon: IconForms, needs: 'contacts.view' },
      { name: 'nav.imports', to: '/imports', icon: IconFileImport, needs: 'contacts.view' },
      { name: 'nav.preferences', to: '/preferences', icon: IconAdjustments, needs: 'contacts.view' },
      { name: 'nav.suppressions', to: '/suppressions', icon: IconUserCancel, needs: 'contacts.view' },
    ],
  },
  {
    name: 'nav.marketing',
    items: [
      { name: 'nav.campaigns', to: '/campaigns', icon: IconSend, needs: 'campaigns.view', keys: 'G M' },
      { name: 'nav.templates', to: '/templates', icon: IconTemplate, needs: 'campaigns.view' },
      { name: 'nav.reports', to: '/reports', icon: IconChartLine, needs: 'campaigns.view' },
    ],
  },
  {
    name: 'nav.account',
    items: [
      { name: 'nav.channels', to: '/channels', icon: IconAt, needs: 'senders.view' },
      { name: 'nav.settings', to: '/settings', icon: IconSettings },
    ],
  },
  {
    name: 'nav.platform',
    items: [
      { name: 'nav.paths', to: '/platform/paths', icon: IconRoute, needs: 'platform.run' },
      { name: 'nav.incidents', to: '/platform/incidents', icon: IconShieldX, needs: 'platform.run' },
      { name: 'nav.status', to: '/platform/status', icon: IconActivityHeartbeat, needs: 'platform.run' },
      { name: 'nav.clients', to: '/platform/clients', icon: IconBuildingStore, needs: 'platform.run' },
    ],
  },
]

export interface CreateItem {
  name: string
  to: string
  icon: typeof IconHome
  needs: string
  keys: Keys
}

/** creations are the choices of the button «Создать». */
export const creations: CreateItem[] = [
  { name: 'create.campaign', to: '/campaigns/new', icon: IconSend, needs: 'campaigns.edit', keys: 'C R' },
  { name: 'create.contact', to: '/contacts/new', icon: IconAddressBook, needs: 'contacts.edit', keys: 'C K' },
  { name: 'create.import', to: '/imports/new', icon: IconFileImport, needs: 'contacts.edit', keys: 'C I' },
]
