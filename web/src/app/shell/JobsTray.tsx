import { IconListCheck } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { cancelJob, type Job } from '@/api'
import { codeOrText } from '@/lib/errors'
import { useFmt } from '@/lib/useFmt'
import { DropPanel } from '@/ui/DropMenu'
import { Loaded } from '@/ui/Loaded'
import { toastProblem } from '@/ui/toast'
import { isBusy, recent, secondsLeft, useJobs } from './jobs'
import header from './Header.module.css'
import css from './JobsTray.module.css'

const JobCard = lazy(() => import('@/ui/JobCard').then((m) => ({ default: m.JobCard })))

/** JobsTray lists long work: what runs now and what ended within a day. */
export function JobsTray() {
  const { t } = useTranslation('shell')
  const fmt = useFmt()
  const query = useJobs()
  const running = query.data?.filter(isBusy).length ?? 0
  const label = running > 0 ? t('jobs.running', { count: running, n: fmt.number(running) }) : t('jobs.label')
  return (
    <DropPanel
      className={header.icon}
      label={label}
      button={
        <>
          <IconListCheck size={20} stroke={1.7} aria-hidden />
          {running > 0 && <span className={css.badge}>{running}</span>}
        </>
      }
    >
      {(close) => (
        <>
          <h2 className={css.title} tabIndex={-1} data-autofocus>
            {t('jobs.label')}
          </h2>
          <Loaded query={query}>{(jobs) => <Jobs jobs={recent(jobs, Date.now())} close={close} />}</Loaded>
        </>
      )}
    </DropPanel>
  )
}

function Jobs({ jobs, close }: { jobs: Job[]; close: () => void }) {
  const { t } = useTranslation('shell')
  if (jobs.length === 0) return <p className="muted">{t('jobs.none')}</p>
  return (
    <ul className={css.list}>
      {jobs.map((j) => (
        <li key={j.id}>
          <Suspense>
            <TrayJob job={j} close={close} />
          </Suspense>
        </li>
      ))}
    </ul>
  )
}

// Where the result of a job is seen.
function place(job: Job): string | null {
  if (job.kind === 'export.run') return '/exports'
  return job.kind.startsWith('import.') ? '/imports' : null
}

function TrayJob({ job, close }: { job: Job; close: () => void }) {
  const { t } = useTranslation('shell')
  const client = useQueryClient()
  const to = place(job)
  const cancel = () =>
    cancelJob({ path: { id: job.id } }).then(() => client.invalidateQueries({ queryKey: ['jobs'] }), toastProblem)
  return (
    <JobCard
      job={{
        title: jobTitle(job, t),
        state: job.state,
        done: job.done,
        total: job.total,
        rate: job.rate,
        eta: secondsLeft(job, Date.now()),
        error: job.error && codeOrText(job.error),
      }}
      onCancel={job.can_cancel ? () => void cancel() : undefined}
      result={
        to && (
          <Link to={to as '/'} onClick={close}>
            {t('jobs.open')}
          </Link>
        )
      }
    />
  )
}

function jobTitle(job: Job, t: (key: string, o?: Record<string, unknown>) => string): string {
  if (job.kind === 'contact.mass') return t(`jobs.mass.${job.title}`)
  const name = t(`jobs.kind.${job.kind}`, { defaultValue: '' })
  if (!name) return job.title
  return job.title ? `${name}: ${job.title}` : name
}
