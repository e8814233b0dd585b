import { useQuery, useQueryClient } from '@tanstack/react-query'
import { listJobs, type Job } from '@/api'
import { useLive, usePolling } from '@/lib/sse'

const key = ['jobs']

/** useJobs gives the visible jobs of the account, newest first; a finished one stays a day. */
export function useJobs() {
  const refetchInterval = usePolling()
  return useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => (await listJobs({ query: { limit: 30 }, signal })).items,
    refetchInterval,
  })
}

/** useJobEvents keeps the list up to date from the stream; the shell calls it once. */
export function useJobEvents(): void {
  const client = useQueryClient()
  useLive(['job'], (e) => {
    const job = e.data?.job
    if (!job) return void client.invalidateQueries({ queryKey: key })
    client.setQueryData<Job[]>(key, (old) => (old ? upsert(old, job) : old))
  })
}

function upsert(jobs: Job[], job: Job): Job[] {
  return jobs.some((j) => j.id === job.id) ? jobs.map((j) => (j.id === job.id ? job : j)) : [job, ...jobs]
}

/** Jobs that still run, and those that ended within a day. */
export function recent(jobs: Job[], now: number): Job[] {
  return jobs.filter((j) => isBusy(j) || now - new Date(j.finished_at ?? j.created_at).getTime() < 86_400_000)
}

export const isBusy = (j: Job) => j.state === 'queued' || j.state === 'running' || j.state === 'paused'

/** secondsLeft of a job, by the server's estimate; 0 when there is none. */
export const secondsLeft = (j: Job, now: number) =>
  j.ends_at ? Math.max(0, Math.round((new Date(j.ends_at).getTime() - now) / 1000)) : 0
