import { Button, Radio, TextInput } from '@mantine/core'
import { IconSend } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Campaign, once, type PreflightProblem, sendCampaign } from '@/api'
import { useCan, useMe } from '@/app/session'
import { useProblemText } from '@/content/problems'
import { problemOf } from '@/lib/errors'
import { useFmt } from '@/lib/useFmt'
import { Confirm } from '@/ui/Confirm'
import form from '@/ui/Form.module.css'
import { Loaded } from '@/ui/Loaded'
import { Panel } from '@/ui/Panel'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { SafeBar } from '@/ui/SafeBar'
import { StatTile, StatTiles } from '@/ui/StatTile'
import { campaignKey, campaignsKey, preflightKey } from './campaign'
import { type Local, LocalTimes } from './LocalTimes'
import { usePreflight } from './preflight'
import { localNow } from './schedule'

interface Props {
  campaign: Campaign
  /** Saves at once, and tells whether the server has everything. */
  flush: () => Promise<boolean>
  onSent: () => void
}

/** SendPanel is the summary: what would happen, what must be mended first, when, and the button with the number. */
export function SendPanel({ campaign: c, flush, onSent }: Props) {
  const { t } = useTranslation(['campaign', 'errors'])
  const fmt = useFmt()
  const client = useQueryClient()
  const { account } = useMe()
  const canSend = useCan('campaigns.send')
  const preflight = usePreflight(c.id)
  const [chosen, setChosen] = useState<'now' | 'later' | 'local'>('now')
  const [local, setLocal] = useState<Local>('next_day')
  const [at, setAt] = useState(() => localNow(Date.now() + 3_600_000, account.zone))
  const [asking, setAsking] = useState(false)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const [unsaved, setUnsaved] = useState(false)
  // An A/B test and a repetition have one moment for all.
  const plain = !c.repeats && !(c.split && c.split.variants.length > 0)
  const when = chosen === 'local' && !plain ? 'later' : chosen
  const reachable = preflight.data?.reachable ?? 0
  const ask = async () => {
    setBusy(true)
    setError(null)
    const saved = await flush()
    setUnsaved(!saved)
    if (!saved) return setBusy(false)
    const fresh = await preflight.refetch()
    setBusy(false)
    if (fresh.error) setError(fresh.error)
    else if (fresh.data?.can_send) setAsking(true)
    return undefined
  }
  const send = async () => {
    try {
      await sendCampaign({ path: { id: c.id }, headers: once(), body: when === 'now' ? {} : { at, zone: account.zone, local: when === 'local' ? local : undefined } })
    } catch (e) {
      // What is missing shows in the list above the button.
      if (problemOf(e).code === 'campaign.not_ready') void client.invalidateQueries({ queryKey: preflightKey(c.id) })
      throw e
    }
    await Promise.all([client.invalidateQueries({ queryKey: campaignKey(c.id) }), client.invalidateQueries({ queryKey: campaignsKey })])
    onSent()
  }
  return (
    <>
      <Panel title={t('send.title')} hint={t('send.hint')}>
        <div className={form.stack}>
          <ProblemAlert error={error} />
          {unsaved && <p className={form.note} data-tone="danger" role="alert">{t('save.first')}</p>}
          <Loaded query={preflight}>
            {(p) => (
              <>
                <StatTiles>
                  <StatTile label={t('send.recipients')} value={fmt.number(p.reachable)} note={t('send.of', { n: fmt.number(p.audience) })} />
                  <StatTile label={t('send.time')} value={p.expected_seconds > 0 ? fmt.duration(p.expected_seconds) : null} />
                  <StatTile label={t('send.size')} value={fmt.bytes(p.size)} note={t('send.size_note')} tone={p.size > 102_000 ? 'danger' : 'neutral'} />
                </StatTiles>
                <Mend problems={[...p.problems, ...p.warnings]} />
              </>
            )}
          </Loaded>
          <Radio.Group label={t('when.label')} value={when} onChange={(v) => setChosen(v as typeof chosen)}>
            <div className={form.choices} id="part-schedule" tabIndex={-1}>
              <Radio value="now" label={t('when.now')} />
              <Radio value="later" label={t('when.later')} />
              {plain && <Radio value="local" label={t('when.local')} />}
            </div>
          </Radio.Group>
          {when !== 'now' && (
            <TextInput
              type="datetime-local"
              label={when === 'local' ? t('when.local_at') : t('when.at', { zone: `${account.zone}, ${fmt.offset()}` })}
              value={at}
              min={localNow(Date.now(), account.zone)}
              onChange={(e) => setAt(e.currentTarget.value)}
              w={280}
            />
          )}
          {when === 'local' && at && <LocalTimes id={c.id} at={at} zone={account.zone} local={local} onChange={setLocal} />}
          {!canSend && <p className={form.note}>{t('send.no_right')}</p>}
        </div>
      </Panel>
      <SafeBar note={preflight.data && !preflight.data.can_send && t('send.blocked')}>
        <Button
          disabled={!canSend || !preflight.data?.can_send}
          loading={busy}
          onClick={() => void ask()}
          leftSection={<IconSend size={18} aria-hidden />}
        >
          {when === 'now' ? t('send.action', { count: reachable, n: fmt.number(reachable) }) : t('send.schedule', { count: reachable, n: fmt.number(reachable) })}
        </Button>
      </SafeBar>
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={t('send.confirm', { count: reachable, n: fmt.number(reachable) })}
        action={when === 'now' ? t('send.action', { count: reachable, n: fmt.number(reachable) }) : t('send.schedule', { count: reachable, n: fmt.number(reachable) })}
        onConfirm={send}
        danger={false}
      >
        <p>{when === 'now' ? t('send.confirm_now') : t('send.confirm_later', { at: at.replace('T', ' '), zone: when === 'local' ? t('when.local_zone') : account.zone })}</p>
      </Confirm>
    </>
  )
}

// What to mend, each with a jump to its place.
function Mend({ problems }: { problems: PreflightProblem[] }) {
  const { t } = useTranslation(['campaign', 'content'])
  const text = useProblemText()
  if (problems.length === 0) return <p className={form.note} data-tone="success">{t('send.all_good')}</p>
  const jump = (p: PreflightProblem) => {
    const letter = ['subject', 'preheader', 'html', 'text'].includes(p.jump)
    const el = document.getElementById(letter ? `letter-${p.jump}` : `part-${p.jump}`) ?? document.getElementById('letter-subject')
    el?.scrollIntoView({ block: 'center' })
    ;(el?.querySelector<HTMLElement>('[contenteditable=true]') ?? el)?.focus({ preventScroll: true })
  }
  return (
    <ul className={form.rows}>
      {problems.map((p, i) => (
        <li key={i} className={form.note} data-tone={p.severity === 'error' ? 'danger' : p.severity === 'warning' ? 'warning' : undefined}>
          <strong>{t(`content:severity.${p.severity}`)}</strong> {t(`problem.${p.code}`, { ...p.params, defaultValue: '' }) || text(p)}{' '}
          <button type="button" className={form.link} onClick={() => jump(p)}>
            {t('send.jump')}
          </button>
        </li>
      ))}
    </ul>
  )
}
