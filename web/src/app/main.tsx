import './tokens.css' // first: it sets the order of the layers
import './kit.css'
import './kit-overrides.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { configureClient, fetchMe } from '@/api'
import { shareNonce } from '@/lib/csp'
import { needErrorWords } from '@/lib/errors'
import { whenQuiet } from '@/lib/quiet'
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

void start()
