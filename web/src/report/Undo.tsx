import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Campaign, cancelCampaign } from '@/api'
import { clock, useCountdown } from '@/access/useCountdown'
import { useCan } from '@/app/session'
import { campaignKey, campaignsKey } from '@/campaign/campaign'
import { useFmt } from '@/lib/useFmt'
import form from '@/ui/Form.module.css'
import { toastDone, toastProblem } from '@/ui/toast'

/** Undo stands before the start: nothing has left yet, and the whole can be called back. */
export function Undo({ campaign: c }: { campaign: Campaign }) {
  const { t } = useTranslation('report')
  const fmt = useFmt()
  const client = useQueryClient()
  const navigate = useNavigate()
  const canSend = useCan('campaigns.send')
  const [busy, setBusy] = useState(false)
  const waiting = c.state === 'scheduled' && !c.started_at
  const left = useCountdown(waiting ? (c.undo_until ?? null) : null)
  useEffect(() => {
    // The time to think is over: ask what happens now.
    if (waiting && c.undo_until && left === 0) void client.invalidateQueries({ queryKey: campaignKey(c.id) })
  }, [waiting, left, c.undo_until, c.id, client])
  if (!waiting || !canSend) return null
  const cancel = async () => {
    setBusy(true)
    try {
      await cancelCampaign({ path: { id: c.id } })
      await client.invalidateQueries({ queryKey: campaignsKey })
      toastDone(t('undo.done'))
      await navigate({ to: '/campaigns/$id/edit', params: { id: c.id } })
    } catch (e) {
      toastProblem(e)
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className={form.note} role="status">
      <div className={form.buttons}>
        <strong className="tabular">
          {c.undo_until ? t('undo.starts_in', { time: clock(left) }) : t('undo.starts_at', { when: c.start_at ? fmt.dateTime(c.start_at) : '' })}
        </strong>
        <Button variant="default" loading={busy} onClick={() => void cancel()}>
          {t('undo.action')}
        </Button>
      </div>
    </div>
  )
}
