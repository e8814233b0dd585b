import { Outlet, useRouter, useRouterState } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useKeys } from '@/lib/hotkeys'
import { whenQuiet } from '@/lib/quiet'
import { startStream } from '@/lib/sse'
import { useMe } from '../session'
import { useSignOutElsewhere } from '../useSignOutElsewhere'
import { creations, nav } from '../nav'
import { Header } from './Header'
import { useJobEvents } from './jobs'
import { PhoneBar } from './PhoneBar'
import css from './Shell.module.css'
import { shortcutsEvent } from './Shortcuts.open'
import { Sidebar } from './Sidebar'

const MenuDrawer = lazy(() => import('./MenuDrawer'))
const loadPalette = () => import('./Palette')
const Palette = lazy(loadPalette)
const Shortcuts = lazy(() => import('./Shortcuts'))

const foldedKey = 'keruen.sidebar'

/** Shell is the frame of the cabinet: menu, header, the screen, and on phones the bottom bar. */
export function Shell() {
  const { t } = useTranslation('shell')
  const me = useMe()
  const [folded, setFolded] = useState(() => localStorage.getItem(foldedKey) === 'folded')
  const [menu, setMenu] = useState(false)
  const [layer, setLayer] = useState<'palette' | 'shortcuts' | null>(null)
  const path = useRouterState({ select: (s) => s.location.pathname })
  useEffect(() => setMenu(false), [path])
  useEffect(() => startStream('/api/v1/stream'), [me.account.id])
  useSignOutElsewhere()
  useJobEvents()
  useEffect(() => whenQuiet(() => void loadPalette()), []) // so that it opens within 100 ms of its key
  useGoKeys(() => setLayer('palette'), () => setLayer('shortcuts'))
  useEffect(() => {
    const on = () => setLayer('shortcuts')
    document.addEventListener(shortcutsEvent, on)
    return () => document.removeEventListener(shortcutsEvent, on)
  }, [])
  const fold = () => {
    localStorage.setItem(foldedKey, folded ? 'open' : 'folded')
    setFolded(!folded)
  }
  return (
    <div className={css.shell} data-folded={folded || undefined}>
      <a href="#main" className={css.skip}>
        {t('skip')}
      </a>
      <aside className={css.side}>
        <Sidebar folded={folded} onFold={fold} />
      </aside>
      <Header onMenu={() => setMenu(true)} onSearch={() => setLayer('palette')} />
      <main id="main" className={css.main} tabIndex={-1}>
        <Outlet />
      </main>
      <PhoneBar onMore={() => setMenu(true)} />
      <Suspense>
        {menu && <MenuDrawer onClose={() => setMenu(false)} />}
        {layer === 'palette' && <Palette onClose={() => setLayer(null)} />}
        {layer === 'shortcuts' && <Shortcuts onClose={() => setLayer(null)} />}
      </Suspense>
    </div>
  )
}

function useGoKeys(search: () => void, help: () => void) {
  const router = useRouter()
  const go = (to: string) => () => void router.navigate({ to: to as '/' })
  const bindings: Record<string, () => void> = { 'mod+K': search, '?': help }
  for (const item of nav.flatMap((g) => g.items)) if (item.keys) bindings[item.keys] = go(item.to)
  for (const item of creations) bindings[item.keys] = go(item.to)
  useKeys(bindings)
}
