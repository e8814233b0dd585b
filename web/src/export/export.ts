import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type Export, getExport } from '@/api'
import { useLive, usePolling } from '@/lib/sse'
import type { JobView } from '@/ui/JobCard'

/** Keys of what this feature keeps in the cache. */
export const exportsKey = ['exports']
export const exportKey = (id: string) => ['export', id]

/** fileOf is where the file of an export is taken. */
export const fileOf = (e: Export) => `/api/v1/exports/${e.id}/file`

/** Columns that every account has, by the groups in which they are shown. */
export const columnGroups = {
  contact: ['email', 'phone', 'first_name', 'last_name', 'lang', 'external_id', 'tags', 'lists'],
  consent: ['consent.email', 'consent.sms', 'consent.viber', 'consent.whatsapp', 'consent.telegram', 'consent.instagram', 'stop_list'],
  service: ['created_at', 'updated_at'],
} as const

/** useExport reads an export and keeps it fresh: from the stream while it is written, by asking while the stream is down. */
export function useExport(id: string) {
  const client = useQueryClient()
  const refetchInterval = usePolling()
  const query = useQuery({ queryKey: exportKey(id), queryFn: ({ signal }) => getExport({ path: { id }, signal }), refetchInterval })
  useLive(['job'], (e) => {
    const job = e.data?.job
    if (job && job.id !== query.data?.job) return
    if (job && job.state === 'running') {
      client.setQueryData<Export>(exportKey(id), (old) => old && { ...old, done: job.done, total: job.total })
      return
    }
    void query.refetch({ cancelRefetch: false })
    void client.invalidateQueries({ queryKey: exportsKey })
  })
  return query
}

const jobStates = { running: 'running', ready: 'done', expired: 'done', cancelled: 'cancelled', failed: 'failed' } as const

/** jobOf shows an export as the long work that it is. */
export function jobOf(e: Export, error?: string): JobView {
  return { title: e.filename, state: jobStates[e.state], done: e.state === 'running' ? e.done : e.rows, total: e.total, error }
}
