import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Delivery, listUnknown, once, resolveUnknown } from '@/api'
import { useList } from '@/api/useList'
import { useCan } from '@/app/session'
import { campaignKey } from '@/campaign/campaign'
import { useFmt } from '@/lib/useFmt'
import { Confirm } from '@/ui/Confirm'
import form from '@/ui/Form.module.css'
import { Loaded } from '@/ui/Loaded'
import { Panel } from '@/ui/Panel'
import { toastDone } from '@/ui/toast'

/** UnknownList names the messages that may have gone out without a record, and asks what to do with them. */
export function UnknownList({ campaign, n }: { campaign: string; n: number }) {
  const { t } = useTranslation(['report', 'delivery'])
  const fmt = useFmt()
  const client = useQueryClient()
  const canSend = useCan('campaigns.send')
  const [deciding, setDeciding] = useState<'resend' | 'leave' | null>(null)
  const list = useList<Delivery>({
    key: [...campaignKey(campaign), 'unknown'],
    load: ({ cursor, signal }) => listUnknown({ path: { id: campaign }, query: { cursor, limit: 20 }, signal }),
  })
  const decide = async () => {
    const r = await resolveUnknown({ path: { id: campaign }, headers: once(), body: { decision: deciding! } })
    await client.invalidateQueries({ queryKey: campaignKey(campaign) })
    toastDone(t('unknown.done', { count: r.n, n: fmt.number(r.n) }))
  }
  const count = { count: n, n: fmt.number(n) }
  return (
    <Panel
      title={t('unknown.title', count)}
      hint={t('unknown.hint')}
      aside={
        canSend && (
          <>
            <Button variant="default" onClick={() => setDeciding('resend')}>
              {t('unknown.resend')}
            </Button>
            <Button variant="default" onClick={() => setDeciding('leave')}>
              {t('unknown.leave')}
            </Button>
          </>
        )
      }
      flush
    >
      <Loaded query={list.query}>
        {() => (
          <ul className={form.rows}>
            {list.rows.map((d) => (
              <li key={d.id} className={form.row}>
                <span className={form.main}>{d.email || t('people.erased')}</span>
                <span className="subtle">{d.reason && t(`delivery:reason.${d.reason}`, { defaultValue: d.reason })}</span>
                <span className="subtle">{fmt.relative(d.at)}</span>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {list.more.has && (
        <Button variant="subtle" m="sm" loading={list.more.loading} onClick={list.more.load}>
          {t('unknown.more')}
        </Button>
      )}
      <Confirm
        opened={deciding !== null}
        onClose={() => setDeciding(null)}
        title={deciding === 'resend' ? t('unknown.resend_title', count) : t('unknown.leave_title', count)}
        action={deciding === 'resend' ? t('unknown.resend') : t('unknown.leave')}
        onConfirm={decide}
        danger={deciding === 'resend'}
      >
        <p>{deciding === 'resend' ? t('unknown.resend_text') : t('unknown.leave_text')}</p>
      </Confirm>
    </Panel>
  )
}
