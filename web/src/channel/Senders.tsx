import { IconAt, IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { listSenders, type Sender } from '@/api'
import { useCan } from '@/app/session'
import { EmptyState } from '@/ui/EmptyState'
import form from '@/ui/Form.module.css'
import { LinkButton } from '@/ui/LinkButton'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { TableSkeleton } from '@/ui/Skeletons'
import { SenderPill, sendersKey } from './sender'

/** Senders are the addresses that letters go out from, with the health of each. */
export function Senders() {
  const { t } = useTranslation('channel')
  const canEdit = useCan('senders.edit')
  const query = useQuery({ queryKey: sendersKey, queryFn: async ({ signal }) => (await listSenders({ signal })).items })
  const connect = canEdit && (
    <LinkButton link={{ to: '/channels/new' }} leftSection={<IconPlus size={18} aria-hidden />}>
      {t('list.connect')}
    </LinkButton>
  )
  const empty = query.data?.length === 0
  return (
    <Page title={t('list.title')} state={t('list.state')} primary={!empty && connect}>
      <Panel flush>
        <Loaded query={query} skeleton={<TableSkeleton rows={2} />}>
          {(all) =>
            all.length === 0 ? (
              <EmptyState icon={IconAt} title={t('list.empty')} text={t('list.empty_text')} action={connect} />
            ) : (
              <ul className={form.rows}>
                {all.map((s) => (
                  <SenderRow key={s.id} sender={s} />
                ))}
              </ul>
            )
          }
        </Loaded>
      </Panel>
    </Page>
  )
}

function SenderRow({ sender: s }: { sender: Sender }) {
  const { t } = useTranslation('channel')
  return (
    <li className={form.row}>
      <div className={form.main}>
        <Link to="/channels/$id" params={{ id: s.id }} className={form.name}>
          {s.name}
        </Link>
        <div className="subtle">
          {s.address} · {s.route.kind === 'direct' ? t('route.direct') : t('route.relay_named', { host: s.route.host ?? '' })}
        </div>
      </div>
      <SenderPill state={s.state} />
    </li>
  )
}
