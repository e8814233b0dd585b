import { Button, Progress } from '@mantine/core'
import { IconCircleCheck, IconCircleX, IconClock, IconLoader, IconPlayerPause } from '@tabler/icons-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useFmt } from '@/lib/useFmt'
import css from './JobCard.module.css'
import { StatusPill, type Tone } from './StatusPill'

export type JobState = 'queued' | 'running' | 'paused' | 'done' | 'failed' | 'cancelled'

export interface JobView {
  title: string
  state: JobState
  done: number
  total: number
  /** Objects per second, and seconds left; 0 when not known yet. */
  rate?: number
  eta?: number
  /** Why it failed, in words. */
  error?: string
}

interface Props {
  job: JobView
  onPause?: () => void
  onResume?: () => void
  onCancel?: () => void
  /** Link to the result. */
  result?: ReactNode
  /** Counters by result. */
  children?: ReactNode
}

const look: Record<JobState, { tone: Tone; icon: typeof IconClock }> = {
  queued: { tone: 'neutral', icon: IconClock },
  running: { tone: 'primary', icon: IconLoader },
  paused: { tone: 'warning', icon: IconPlayerPause },
  done: { tone: 'success', icon: IconCircleCheck },
  failed: { tone: 'danger', icon: IconCircleX },
  cancelled: { tone: 'neutral', icon: IconCircleX },
}

/** JobCard shows long work: a bar, figures, time left, and what can be done about it. Closing the tab is safe. */
export function JobCard({ job, onPause, onResume, onCancel, result, children }: Props) {
  const { t } = useTranslation('ui')
  const busy = job.state === 'queued' || job.state === 'running' || job.state === 'paused'
  return (
    <article className={css.card}>
      <div className={css.head}>
        <h3 className={css.title}>{job.title}</h3>
        <StatusPill tone={look[job.state].tone} icon={look[job.state].icon}>
          {t(`job.${job.state}`)}
        </StatusPill>
      </div>
      {busy && <Bar job={job} />}
      {job.error && <p className={css.error}>{job.error}</p>}
      {children}
      <Announce job={job} />
      {(busy || result) && (
        <div className={css.foot}>
          {busy && <span className="subtle">{t('job.safe')}</span>}
          <div className={css.buttons}>
            {onPause && job.state === 'running' && <Small text={t('job.pause')} onClick={onPause} />}
            {onResume && job.state === 'paused' && <Small text={t('job.resume')} onClick={onResume} />}
            {onCancel && busy && <Small text={t('job.cancel')} onClick={onCancel} />}
            {result}
          </div>
        </div>
      )}
    </article>
  )
}

const Small = ({ text, onClick }: { text: string; onClick: () => void }) => (
  <Button size="xs" variant="default" onClick={onClick}>
    {text}
  </Button>
)

function Bar({ job }: { job: JobView }) {
  const { t } = useTranslation('ui')
  const fmt = useFmt()
  const known = job.total > 0
  const share = known ? Math.min(1, job.done / job.total) : 0
  const figures = known
    ? t('job.of', { done: fmt.number(job.done), total: fmt.number(job.total) })
    : t('job.so_far', { done: fmt.number(job.done) })
  return (
    <div className={css.progress}>
      <Progress value={known ? share * 100 : 100} animated={!known && job.state === 'running'} aria-label={job.title} size="md" />
      <div className={css.figures}>
        <span className="tabular">{figures}</span>
        {job.rate ? <span className="tabular">{t('job.rate', { rate: fmt.number(job.rate, 0) })}</span> : null}
        {job.eta ? <span>{t('job.eta', { time: fmt.duration(job.eta) })}</span> : null}
      </div>
    </div>
  )
}

// One polite message at every quarter and at the end; not at every tick.
function Announce({ job }: { job: JobView }) {
  const { t } = useTranslation('ui')
  const fmt = useFmt()
  const [text, setText] = useState('')
  const last = useRef('')
  const quarter = job.total > 0 ? Math.floor((job.done / job.total) * 4) : 0
  const mark = `${job.state}/${quarter}`
  useEffect(() => {
    if (last.current && last.current !== mark) {
      setText(`${job.title}: ${t(`job.${job.state}`)}${job.total > 0 ? `, ${fmt.percent(quarter / 4, 0)}` : ''}`)
    }
    last.current = mark
  }, [mark, job.title, job.state, job.total, quarter, fmt, t])
  return (
    <span className="hidden-visually" role="status">
      {text}
    </span>
  )
}
