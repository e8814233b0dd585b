import { Select } from '@mantine/core'
import { IconDownload, IconX } from '@tabler/icons-react'
import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { type Delivery, listDeliveries } from '@/api'
import { useList } from '@/api/useList'
import { campaignKey } from '@/campaign/campaign'
import { DeliveryPill, type DeliveryState } from '@/delivery/DeliveryPill'
import { useFmt } from '@/lib/useFmt'
import { type Column, DataTable } from '@/ui/DataTable'
import form from '@/ui/Form.module.css'
import { Loaded } from '@/ui/Loaded'
import { Panel } from '@/ui/Panel'
import { TableSkeleton } from '@/ui/Skeletons'

const states: DeliveryState[] = ['delivered', 'failed', 'skipped', 'retrying', 'expired', 'unknown', 'pending', 'in_flight']

interface Props {
  campaign: string
  state?: string
  reason?: string
  onChange: (filter: { state?: string; reason?: string }) => void
}

/** People lists message by message: to whom, what came of it and why, with the server's own words. */
export function People({ campaign, state, reason, onChange }: Props) {
  const { t, i18n } = useTranslation(['report', 'delivery'])
  const columns = useColumns()
  const wanted = states.find((s) => s === state)
  const list = useList<Delivery>({
    key: [...campaignKey(campaign), 'deliveries', wanted, reason],
    load: ({ cursor, signal }) => listDeliveries({ path: { id: campaign }, query: { state: wanted, reason, cursor, limit: 25 }, signal }),
  })
  const query = new URLSearchParams({ lang: i18n.language, ...(wanted && { state: wanted }), ...(reason && { reason }) })
  return (
    <div id="people">
      <Panel
        title={t('people.title')}
        flush
        aside={
          <div className={form.buttons}>
            {reason && (
              <Button variant="default" rightSection={<IconX size={16} aria-hidden />} onClick={() => onChange({ state: wanted })}>
                <span className="hidden-visually">{t('people.clear_reason')}: </span>
                {t(`delivery:reason.${reason}`, { defaultValue: reason })}
              </Button>
            )}
            <Select
              aria-label={t('people.state')}
              placeholder={t('people.any')}
              clearable
              clearButtonProps={{ 'aria-label': t('people.any') }}
              w={200}
              data={states.map((s) => ({ value: s, label: t(`delivery:state.${s}`) }))}
              value={wanted ?? null}
              onChange={(v) => onChange({ state: v ?? undefined })}
            />
            <Button variant="default" component="a" download href={`/api/v1/campaigns/${campaign}/deliveries.csv?${query.toString()}`} leftSection={<IconDownload size={18} aria-hidden />}>
              CSV
            </Button>
          </div>
        }
      >
        <Loaded query={list.query} skeleton={<TableSkeleton />}>
          {() => (
            <DataTable
              label={t('people.title')}
              columns={columns}
              rows={list.rows}
              rowKey={(d) => d.id}
              more={list.more}
              rowLink={(d) => (d.contact ? { to: '/contacts/$id', params: { id: d.contact } } : { to: '.' })}
              empty={<p className={form.row}>{t('people.empty')}</p>}
            />
          )}
        </Loaded>
      </Panel>
    </div>
  )
}

function useColumns(): Column<Delivery>[] {
  const { t } = useTranslation(['report', 'delivery'])
  const fmt = useFmt()
  const why = (d: Delivery) => {
    const words = [d.reason, d.cause].map((r) => r && t(`delivery:reason.${r}`, { defaultValue: r }))
    return <span title={d.detail}>{[...words, d.detail].filter(Boolean).join(' · ')}</span>
  }
  const when = (d: Delivery) => {
    if (!d.next_at) return fmt.relative(d.at)
    const soon = new Date(d.next_at).getTime() - Date.now() < 60_000
    return soon ? t('people.soon') : t('people.next', { when: fmt.relative(d.next_at) })
  }
  return [
    { key: 'email', header: t('people.address'), width: '28%', cell: (d) => d.email || t('people.erased'), phone: 'title' },
    { key: 'state', header: t('people.state'), width: '180px', cell: (d) => <DeliveryPill state={d.state} />, phone: 'side' },
    { key: 'why', header: t('people.why'), cell: why, phone: 'line' },
    { key: 'read', header: t('people.read'), width: '120px', cell: (d) => (d.clicked_at ? t('people.clicked') : d.opened_at ? t('people.opened') : ''), from: 'md', phone: 'line' },
    { key: 'when', header: t('people.when'), width: '170px', cell: when, from: 'md' },
  ]
}
