import { Button } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Campaign, cancelCampaign, explainCampaign, type Finding, resumeCampaign, type Wait } from '@/api'
import { useCan } from '@/app/session'
import { campaignKey, campaignsKey } from '@/campaign/campaign'
import { usePolling } from '@/lib/sse'
import { useFmt } from '@/lib/useFmt'
import { Confirm } from '@/ui/Confirm'
import form from '@/ui/Form.module.css'
import { Panel } from '@/ui/Panel'
import { toastProblem } from '@/ui/toast'

/** Waiting tells what a campaign waits for, what its results say against it, and asks for a decision where one is needed. */
export function Waiting({ campaign: c }: { campaign: Campaign }) {
  const { t } = useTranslation('report')
  const refetchInterval = usePolling()
  const { data: x } = useQuery({
    queryKey: [...campaignKey(c.id), 'explain'],
    queryFn: ({ signal }) => explainCampaign({ path: { id: c.id }, signal }),
    refetchInterval,
  })
  if (!x || (x.waits.length === 0 && !x.finding)) return null
  return (
    <Panel title={t('waits.title')} hint={t('waits.hint')} aside={c.hold && <Decide campaign={c} hold={c.hold} />} flush>
      <ul className={form.rows}>
        {x.finding && <Found finding={x.finding} />}
        {x.waits.map((w) => (
          <Group key={`${w.why}/${w.domain}/${w.reason}`} wait={w} />
        ))}
      </ul>
    </Panel>
  )
}

function Found({ finding: f }: { finding: Finding }) {
  const { t } = useTranslation(['report', 'delivery'])
  const fmt = useFmt()
  return (
    <li className={form.row}>
      <div className={form.main}>
        <div className={form.name}>{t(`finding.${f.code}`, { n: fmt.number(f.n), of: fmt.number(f.of), share: fmt.percent(f.of > 0 ? f.n / f.of : 0) })}</div>
        <div className="subtle">{t(`finding.${f.code}_text`)}</div>
        {f.domain && <div className="subtle">{t('finding.domain', { domain: f.domain })}</div>}
        {f.reason && <div className="subtle">{t(`delivery:reason.${f.reason}`, { defaultValue: f.reason })}</div>}
        {f.detail && <Answer text={f.detail} />}
      </div>
    </li>
  )
}

function Group({ wait: w }: { wait: Wait }) {
  const { t } = useTranslation(['report', 'delivery'])
  const fmt = useFmt()
  const why = w.why === 'link' && !w.domain ? 'link_over' : w.why
  const name = w.why === 'retry' ? t(`delivery:reason.${w.reason}`, { defaultValue: w.reason }) : t(`waits.${why}`, { when: w.next ? fmt.dateTime(w.next) : '' })
  return (
    <li className={form.row}>
      <div className={form.main}>
        <div className={form.name}>{w.domain ? `${w.domain}: ${name}` : name}</div>
        {w.why === 'retry' ? (
          <>
            <div className="subtle">
              {w.next && t('waits.next', { when: fmt.dateTime(w.next) })}
              {w.since && ` · ${t('waits.since', { when: fmt.relative(w.since) })}`}
            </div>
            {w.detail && <Answer text={w.detail} />}
          </>
        ) : (
          w.why !== 'scheduled' && <div className="subtle">{t(`waits.${why}_text`)}</div>
        )}
        {w.why === 'link' && w.detail && <div className="subtle">{t('waits.link_list', { list: w.detail })}</div>}
        {!!w.ahead && <div className="subtle">{t('waits.ahead', { n: fmt.number(w.ahead) })}</div>}
      </div>
      {w.n > 0 && <span className="tabular">{fmt.number(w.n)}</span>}
    </li>
  )
}

function Answer({ text }: { text: string }) {
  const { t } = useTranslation('report')
  return (
    <details>
      <summary className="subtle">{t('waits.answer')}</summary>
      <code>{text}</code>
    </details>
  )
}

/** Decide asks what is to become of a campaign that the program itself has stopped. */
function Decide({ campaign: c, hold }: { campaign: Campaign; hold: 'guard' | 'link' | 'late' }) {
  const { t } = useTranslation('report')
  const fmt = useFmt()
  const client = useQueryClient()
  const canSend = useCan('campaigns.send')
  const [asking, setAsking] = useState(false)
  const take = async (work: Promise<Campaign>) => {
    client.setQueryData(campaignKey(c.id), await work)
    await Promise.all([campaignKey(c.id), campaignsKey].map((queryKey) => client.invalidateQueries({ queryKey })))
  }
  if (!canSend) return null
  const late = hold === 'late'
  const words = hold === 'guard' ? 'anyway' : hold
  const action = t(`waits.act_${words}`)
  return (
    <>
      <Button variant={late ? 'filled' : 'default'} onClick={() => setAsking(true)}>
        {action}
      </Button>
      {late && <DraftAgain onPress={() => take(cancelCampaign({ path: { id: c.id } }))} />}
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={t(`waits.${words}_title`)}
        danger={hold !== 'link'}
        action={action}
        onConfirm={() => take(resumeCampaign({ path: { id: c.id }, query: { anyway: hold === 'guard' } }))}
      >
        <p>{hold === 'guard' ? t('waits.anyway_text') : t(`waits.${hold}_confirm`, { when: c.start_at ? fmt.dateTime(c.start_at) : '' })}</p>
      </Confirm>
    </>
  )
}

function DraftAgain({ onPress }: { onPress: () => Promise<void> }) {
  const { t } = useTranslation('report')
  const [busy, setBusy] = useState(false)
  const press = () => {
    setBusy(true)
    void onPress().catch(toastProblem).finally(() => setBusy(false))
  }
  return (
    <Button variant="default" loading={busy} onClick={press}>
      {t('waits.act_draft')}
    </Button>
  )
}
