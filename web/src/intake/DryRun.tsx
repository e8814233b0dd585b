import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { cancelImport, dryRunImport, type ErrorGroup, getImport, type Import, once, type Remedy, startImport, updateImport } from '@/api'
import { useFmt } from '@/lib/useFmt'
import form from '@/ui/Form.module.css'
import { JobCard } from '@/ui/JobCard'
import { Panel } from '@/ui/Panel'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { SafeBar } from '@/ui/SafeBar'
import { BadRows } from './BadRows'
import { CountTiles } from './Counts'
import { ErrorGroups } from './ErrorGroups'
import { Preview } from './Preview'
import { Remedies } from './Remedies'
import { withRemedy } from './remedies'
import { importKey, importsKey } from './steps'

interface Props {
  file: Import
  onBack: () => void
  onColumns: () => void
}

/** DryRun checks every row on the server and shows what would happen, before anything does. */
export function DryRun({ file, onBack, onColumns }: Props) {
  const { t } = useTranslation('intake')
  const fmt = useFmt()
  const client = useQueryClient()
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const refresh = async () => {
    client.setQueryData(importKey(file.id), await getImport({ path: { id: file.id } }))
    void client.invalidateQueries({ queryKey: importsKey })
  }
  const act = async (work: () => Promise<unknown>) => {
    setBusy(true)
    setError(null)
    try {
      await work()
      await refresh()
    } catch (e) {
      setError(e)
    } finally {
      setBusy(false)
    }
  }
  const check = () => act(() => dryRunImport({ path: { id: file.id }, headers: once() }))
  const [editing, setEditing] = useState<ErrorGroup | null>(null)
  const remedy = (remedies: Remedy[]) =>
    act(async () => {
      await updateImport({ path: { id: file.id }, body: { settings: { remedies } } })
      await dryRunImport({ path: { id: file.id }, headers: once() })
    })
  // Coming here means "check it": settings that changed have made the import a draft again. Once per visit.
  const asked = useRef(false)
  useEffect(() => {
    if (file.state !== 'draft' || asked.current) return
    asked.current = true
    void check()
  })
  const start = () => act(() => startImport({ path: { id: file.id }, headers: once() }))
  const c = file.counts
  const taken = c ? c.created + c.updated : 0
  if (file.state === 'checking') {
    return (
      <div className={form.stack}>
        <ProblemAlert error={error} />
        <JobCard
          job={{ title: t('check.running'), state: 'running', done: file.done, total: file.rows_estimate }}
          onCancel={file.can_cancel ? () => void act(() => cancelImport({ path: { id: file.id } })) : undefined}
        />
      </div>
    )
  }
  return (
    <div className={form.stack}>
      <ProblemAlert error={error} onRetry={() => void check()} />
      {c && file.state === 'ready' && (
        <>
          <CountTiles counts={c} planned />
          {c.emails > 0 && c.bad_emails / c.emails > 0.05 && (
            <div className={form.note} data-tone="warning" role="note">
              {t('check.bad_emails', { share: fmt.share(c.bad_emails, c.emails), count: c.bad_emails, n: fmt.number(c.bad_emails) })}
            </div>
          )}
          <ErrorGroups
            file={file}
            aside={
              <Button variant="default" onClick={onColumns}>
                {t('check.columns')}
              </Button>
            }
            onRemedy={(r) => void remedy(withRemedy(file.settings.remedies, r))}
            onEdit={setEditing}
          />
          <Remedies file={file} busy={busy} onChange={(list) => void remedy(list)} />
          {taken > 0 && <Preview file={file} />}
          <Signing file={file} />
        </>
      )}
      {editing && (
        <BadRows
          file={file}
          group={editing}
          onClose={() => setEditing(null)}
          onMended={() => {
            setEditing(null)
            void check()
          }}
        />
      )}
      <SafeBar>
        <Button variant="default" onClick={onBack}>
          {t('back')}
        </Button>
        {file.state === 'draft' && (
          <Button onClick={() => void check()} loading={busy}>
            {t('check.again')}
          </Button>
        )}
        {file.state === 'ready' && (
          <Button onClick={() => void start()} loading={busy} disabled={taken === 0}>
            {t('check.start', { count: taken, n: fmt.number(taken) })}
          </Button>
        )}
      </SafeBar>
    </div>
  )
}

// What pressing the button declares, in exact words.
function Signing({ file }: { file: Import }) {
  const { t } = useTranslation('intake')
  const fmt = useFmt()
  const d = file.settings.consent
  return (
    <Panel title={t('sign.title')}>
      {d.declared ? (
        <p>{t('sign.declared', { source: d.source, date: fmt.date(`${d.date}T12:00:00Z`), wording: d.wording })}</p>
      ) : (
        <p>{t('sign.none')}</p>
      )}
    </Panel>
  )
}
