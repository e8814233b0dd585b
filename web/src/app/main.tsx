import './tokens.css' // first: it sets the order of the layers
import './kit.css'
import './kit-overrides.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { configureClient, fetchMe } from '@/api'
import { shareNonce } from '@/lib/csp'
import { needErrorWords } from '@/lib/errors'
import { App } from './App'
import { readBoot } from './boot'
import { startTexts } from './i18n'
import { reloadOnOldBundle } from './oldBundle'
import { seedSession } from './session'

async function start() {
  shareNonce()
  reloadOnOldBundle()
  configureClient()
  const { boot, known } = readBoot()
  const me = known ? boot.me : await fetchMe()
  seedSession({ ...boot, me })
  await startTexts(me?.member.lang ?? boot.lang)
  createRoot(document.getElementById('root')!).render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
  whenQuiet(() => void needErrorWords())
}

// What nobody waits for comes when the browser has nothing better to do.
function whenQuiet(f: () => void) {
  if ('requestIdleCallback' in window) requestIdleCallback(f, { timeout: 3000 })
  else setTimeout(f, 1000)
}

void start()
