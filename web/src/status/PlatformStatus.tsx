import { Button } from '@mantine/core'
import { IconActivityHeartbeat, IconAlertTriangle, IconCheck, IconClock, IconHelp, IconX } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type ComponentType, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { getPlatformStatus, type Outage, type PartState } from '@/api'
import { useFmt } from '@/lib/useFmt'
import { EmptyState } from '@/ui/EmptyState'
import css from '@/ui/Form.module.css'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { StatusPill, type Tone } from '@/ui/StatusPill'
import { toastDone } from '@/ui/toast'
import { Publish } from './Publish'
import { Tell } from './Tell'

const key = ['platform', 'status']

type Layer = { kind: 'publish' } | { kind: 'tell'; outage: Outage } | null

/** PlatformStatus is the operator's side of the public status page: what we see, and what we tell visitors (SUP-2). */
export function PlatformStatus() {
  const { t } = useTranslation('status')
  const client = useQueryClient()
  const query = useQuery({ queryKey: key, queryFn: ({ signal }) => getPlatformStatus({ signal }), refetchInterval: 60_000 })
  const [layer, setLayer] = useState<Layer>(null)
  const done = (text: string) => {
    setLayer(null)
    toastDone(text)
    void client.invalidateQueries({ queryKey: key })
  }
  return (
    <Page
      title={t('title')}
      state={
        <a href="/status" target="_blank" rel="noreferrer">
          {t('open_page')}
        </a>
      }
      primary={<Button onClick={() => setLayer({ kind: 'publish' })}>{t('publish.button')}</Button>}
    >
      <Loaded query={query}>
        {(x) => (
          <div className={css.stack}>
            <Panel title={t('parts.title')} hint={t('parts.hint')} flush>
              <ul className={css.rows}>
                {x.parts.map((p) => (
                  <Part key={p.part} part={p} />
                ))}
              </ul>
            </Panel>
            <Panel title={t('outages.title')} hint={t('outages.hint')} flush>
              {x.outages.length === 0 ? (
                <EmptyState icon={IconActivityHeartbeat} title={t('outages.empty')} text={t('outages.empty_text')} />
              ) : (
                <ul className={css.rows}>
                  {x.outages.map((o) => (
                    <OutageRow key={o.id} outage={o} onTell={() => setLayer({ kind: 'tell', outage: o })} />
                  ))}
                </ul>
              )}
            </Panel>
          </div>
        )}
      </Loaded>
      {layer?.kind === 'publish' && <Publish onClose={() => setLayer(null)} onDone={() => done(t('publish.done'))} />}
      {layer?.kind === 'tell' && <Tell outage={layer.outage} onClose={() => setLayer(null)} onDone={() => done(t('tell.done'))} />}
    </Page>
  )
}

const partLooks: Record<PartState['state'], { tone: Tone; icon: ComponentType<{ size?: number }> }> = {
  works: { tone: 'success', icon: IconCheck },
  slow: { tone: 'warning', icon: IconAlertTriangle },
  down: { tone: 'danger', icon: IconX },
  unknown: { tone: 'neutral', icon: IconHelp },
}

function Part({ part: p }: { part: PartState }) {
  const { t } = useTranslation('status')
  const fmt = useFmt()
  const look = partLooks[p.state]
  return (
    <li className={css.row}>
      <div className={css.main}>
        <div className={css.name}>{t(`part.${p.part}`)}</div>
        <p className="muted">{t(p.since ? 'parts.since' : 'parts.checked', { when: fmt.relative(p.since ?? p.checked_at ?? '') })}</p>
      </div>
      <StatusPill tone={look.tone} icon={look.icon}>
        {t(`state.${p.state}`)}
      </StatusPill>
    </li>
  )
}

const outageLooks: Record<Outage['state'], { tone: Tone; icon: ComponentType<{ size?: number }> }> = {
  coming: { tone: 'info', icon: IconClock },
  running: { tone: 'danger', icon: IconAlertTriangle },
  over: { tone: 'success', icon: IconCheck },
}

function OutageRow({ outage: o, onTell }: { outage: Outage; onTell: () => void }) {
  const { t } = useTranslation('status')
  const fmt = useFmt()
  const look = outageLooks[o.state]
  const last = o.updates[0]
  return (
    <li className={css.row}>
      <div className={css.main}>
        <div className={css.name}>
          {o.title.ru}
          <StatusPill tone={look.tone} icon={look.icon}>
            {t(`outage.${o.state}`)}
          </StatusPill>
        </div>
        <p className="muted">
          {t(`kind.${o.kind}`)} · {o.parts.map((p) => t(`part.${p}`)).join(', ')} · {fmt.shortDateTime(o.starts_at)}
          {o.ends_at && ` – ${fmt.shortDateTime(o.ends_at)}`}
        </p>
        {last && (
          <p>
            {t(`stage.${last.stage}`)}: {last.text.ru}
          </p>
        )}
      </div>
      {o.state !== 'over' && (
        <Button variant="default" onClick={onTell}>
          {t('tell.button')}
        </Button>
      )}
    </li>
  )
}
