import { Button, Progress } from '@mantine/core'
import { IconCircleCheck, IconCircleX, IconClock } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { dropSenderKey, replaceSenderKey, type Sender, type SenderRecord } from '@/api'
import { useFmt } from '@/lib/useFmt'
import { Confirm } from '@/ui/Confirm'
import { CopyField } from '@/ui/CopyField'
import form from '@/ui/Form.module.css'
import { Panel } from '@/ui/Panel'
import { StatusPill } from '@/ui/StatusPill'
import { toastProblem } from '@/ui/toast'

interface RecordsProps {
  sender: Sender
  /** The records are looked up by themselves. */
  watched: boolean
}

/** Records are what must stand in the DNS for a sender, how far that has come, and what is wrong with each. */
export function Records({ sender: s, watched }: RecordsProps) {
  const { t } = useTranslation('channel')
  if (s.records.length === 0) {
    return (
      <Panel title={t('records.title')}>
        <p className="muted">{t('records.none')}</p>
      </Panel>
    )
  }
  const needed = s.records.filter((r) => r.required)
  const done = needed.filter((r) => r.ok).length
  return (
    <Panel title={t('records.title')} hint={watched ? `${t('records.hint')} ${t('records.watched')}` : t('records.hint')} flush>
      <ul className={form.rows}>
        {s.checked_at && needed.length > 0 && (
          <li className={form.row}>
            <div className={`${form.main} ${form.stack}`}>
              <div>{t('records.progress', { done, total: needed.length })}</div>
              <Progress value={(100 * done) / needed.length} color={done === needed.length ? 'green' : undefined} aria-label={t('records.title')} />
            </div>
          </li>
        )}
        {s.records.map((r) => (
          <Record key={`${r.kind}/${r.name}`} record={r} checked={s.checked_at !== undefined} />
        ))}
      </ul>
    </Panel>
  )
}

function Record({ record: r, checked }: { record: SenderRecord; checked: boolean }) {
  const { t } = useTranslation('channel')
  const fmt = useFmt()
  const old = r.stage === 'old'
  return (
    <li className={form.row}>
      <div className={`${form.main} ${form.stack}`}>
        <div className={form.name}>
          {r.kind.toUpperCase()} · {r.type}
          {checked && !old && <Found record={r} />}
          {r.stage === 'next' && <StatusPill icon={IconClock}>{t('records.key_next')}</StatusPill>}
          {old && <StatusPill>{t('records.key_old')}</StatusPill>}
          {!r.required && !r.stage && <StatusPill>{t('records.optional')}</StatusPill>}
        </div>
        <p className="subtle">
          {r.stage === 'next' ? t('records.about_key_next') : old ? t('records.about_key_old', { when: r.until && fmt.date(r.until) }) : t(`records.about_${r.kind}`)}
        </p>
        {checked && r.advice && !old && <p className={form.note} data-tone={r.ok ? undefined : 'warning'}>{t(`advice.${r.advice}`, { defaultValue: r.advice })}</p>}
        <CopyField label={t('records.name')} value={r.name} />
        {r.short && r.short !== r.name && !old && <CopyField label={t('records.short')} value={r.short} />}
        <CopyField label={r.better ? t('records.better') : t('records.expected')} value={r.better || r.expected} block />
        {checked && !r.ok && !old && (
          <div>
            <div className="subtle">{t('records.found')}</div>
            <div className={form.mono}>{r.found.length > 0 ? r.found.join('\n') : t('records.nothing')}</div>
          </div>
        )}
        {r.zone && !old && (
          <details>
            <summary className="subtle">{t('records.zone_file')}</summary>
            <CopyField label={t('records.zone')} value={r.zone} block />
          </details>
        )}
      </div>
    </li>
  )
}

function Found({ record: r }: { record: SenderRecord }) {
  const { t } = useTranslation('channel')
  const missing = r.required ? 'danger' : 'warning'
  return (
    <StatusPill tone={r.ok ? 'success' : missing} icon={r.ok ? IconCircleCheck : IconCircleX}>
      {r.ok ? t('records.ok') : r.found.length > 0 ? t('records.differs') : t('records.wrong')}
    </StatusPill>
  )
}

interface KeyProps {
  sender: Sender
  onChanged: (s: Sender) => void
}

/** SigningKey shows which key signs, and replaces it without a moment in which letters cannot be verified. */
export function SigningKey({ sender: s, onChanged }: KeyProps) {
  const { t } = useTranslation('channel')
  const fmt = useFmt()
  const [asking, setAsking] = useState(false)
  if (!s.selector) return null
  const waiting = s.records.some((r) => r.stage === 'next')
  const replace = async () => {
    onChanged(await replaceSenderKey({ path: { id: s.id } }))
    setAsking(false)
  }
  const drop = () => dropSenderKey({ path: { id: s.id } }).then(onChanged, toastProblem)
  return (
    <Panel
      title={t('key.title')}
      aside={
        <Button variant="default" onClick={() => (waiting ? void drop() : setAsking(true))}>
          {waiting ? t('key.drop') : t('key.replace')}
        </Button>
      }
    >
      <dl className={form.facts}>
        <dt>{t('key.selector')}</dt>
        <dd>
          <code>{s.selector}</code>
        </dd>
        {s.key_since && (
          <>
            <dt>{t('key.since')}</dt>
            <dd>{fmt.date(s.key_since)}</dd>
          </>
        )}
      </dl>
      {waiting && <p className={form.note}>{t('key.waiting')}</p>}
      <Confirm opened={asking} onClose={() => setAsking(false)} title={t('key.replace_title')} action={t('key.replace')} onConfirm={replace}>
        <p>{t('key.replace_text')}</p>
      </Confirm>
    </Panel>
  )
}
