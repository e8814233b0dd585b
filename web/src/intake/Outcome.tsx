import { Button } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { cancelImport, type Import } from '@/api'
import { useCan } from '@/app/session'
import { codeOrText } from '@/lib/errors'
import { useFmt } from '@/lib/useFmt'
import form from '@/ui/Form.module.css'
import { JobCard } from '@/ui/JobCard'
import { LinkButton } from '@/ui/LinkButton'
import { toastProblem } from '@/ui/toast'
import { CountTiles, ErrorGroups } from './Counts'
import { hasEnded, importKey } from './steps'

/** Outcome shows an import that runs or has ended. */
export function Outcome({ file }: { file: Import }) {
  const { t, i18n } = useTranslation('intake')
  const fmt = useFmt()
  const client = useQueryClient()
  const canEdit = useCan('contacts.edit')
  const cancel = () =>
    cancelImport({ path: { id: file.id } }).then((next) => client.setQueryData(importKey(file.id), next), toastProblem)
  const ended = hasEnded(file)
  const rate = file.started_at && !ended ? file.done / Math.max(1, (Date.now() - new Date(file.started_at).getTime()) / 1000) : 0
  return (
    <div className={form.stack}>
      {!ended && (
        <JobCard
          job={{ title: file.filename, state: 'running', done: file.done, total: file.counts?.rows ?? file.rows_estimate, rate }}
          onCancel={file.can_cancel && canEdit ? () => void cancel() : undefined}
        >
          <p className="subtle">{t('outcome.cancel_keeps')}</p>
        </JobCard>
      )}
      {file.state === 'failed' && (
        <div className={form.note} data-tone="danger" role="alert">
          {file.failure ? codeOrText(file.failure) : t('outcome.failed')}
        </div>
      )}
      {file.state === 'cancelled' && (
        <div className={form.note} role="note">
          {t('outcome.cancelled')}
        </div>
      )}
      {ended && file.counts && <CountTiles counts={file.counts} />}
      {ended && (
        <div className={form.buttons}>
          <LinkButton link={{ to: '/contacts', search: file.list ? { list: file.list } : {} }}>{t('outcome.contacts')}</LinkButton>
          {(file.counts?.errors ?? 0) > 0 && (
            <Button
              variant="default"
              component="a"
              href={`/api/v1/imports/${file.id}/rejected.csv?lang=${i18n.language}`}
              download
              leftSection={<IconDownload size={18} aria-hidden />}
            >
              {t('outcome.rejected', { count: file.counts!.errors, n: fmt.number(file.counts!.errors) })}
            </Button>
          )}
          {canEdit && (
            <LinkButton variant="default" link={{ to: '/imports/new' }}>
              {t('outcome.again')}
            </LinkButton>
          )}
        </div>
      )}
      {ended && <ErrorGroups groups={file.error_groups} />}
    </div>
  )
}
