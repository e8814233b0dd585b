import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { getTimeline, type TimelineEntry } from '@/api'
import { DeliveryPill } from '@/delivery/DeliveryPill'
import { usePolling } from '@/lib/sse'
import { useFmt } from '@/lib/useFmt'
import { EmptyState } from '@/ui/EmptyState'
import form from '@/ui/Form.module.css'
import { Loaded } from '@/ui/Loaded'
import { Panel } from '@/ui/Panel'
import { inLang, useTopics } from './consent'

/** Timeline tells what happened to a person, the newest first. */
export function Timeline({ contact }: { contact: string }) {
  const { t } = useTranslation('contact')
  const refetchInterval = usePolling()
  const query = useQuery({
    queryKey: ['timeline', contact],
    queryFn: async ({ signal }) => (await getTimeline({ path: { id: contact }, signal })).items,
    refetchInterval,
  })
  return (
    <Panel title={t('timeline.title')} flush>
      <Loaded query={query}>
        {(all) =>
          all.length === 0 ? (
            <EmptyState title={t('timeline.empty')} />
          ) : (
            <ol className={form.rows}>
              {all.map((e, i) => (
                <Entry key={i} entry={e} />
              ))}
            </ol>
          )
        }
      </Loaded>
    </Panel>
  )
}

function Entry({ entry: e }: { entry: TimelineEntry }) {
  const { t, i18n } = useTranslation(['contact', 'delivery'])
  const fmt = useFmt()
  const topic = useTopics().data?.find((x) => x.id === e.topic)
  const about =
    e.campaign && e.title ? (
      <Link to="/campaigns/$id" params={{ id: e.campaign }}>
        {e.title}
      </Link>
    ) : (
      e.message && t(`timeline.message_${e.message}`, { defaultValue: e.message })
    )
  const reason = e.kind === 'stopped' ? t(`stop.${e.reason}`, { defaultValue: '' }) : e.reason && t(`delivery:reason.${e.reason}`, { defaultValue: e.reason })
  return (
    <li className={form.row}>
      <div className={form.main}>
        <div className={form.name}>
          {t(`timeline.${e.kind}`)}
          {e.state && <DeliveryPill state={e.state} />}
        </div>
        <div className="muted">
          {about}
          {e.purpose && t(`purpose.${e.purpose}`)}
          {topic && ` · ${inLang(topic.name, i18n.language)}`}
          {e.source && ` · ${t(`source.${e.source}`, { defaultValue: e.source })}`}
          {reason && (about ? ` · ${reason}` : reason)}
        </div>
        {e.detail && e.kind === 'message' && <p className="subtle mono">{e.detail}</p>}
      </div>
      <time className="subtle" dateTime={e.at} title={fmt.dateTime(e.at)}>
        {fmt.relative(e.at)}
      </time>
    </li>
  )
}
