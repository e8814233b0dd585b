import { Button } from '@mantine/core'
import { IconArrowBackUp, IconDownload, IconUsersGroup } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { cancelImport, createSegment, type Import, once, pauseImport, resumeImport, undoImport } from '@/api'
import { useCan } from '@/app/session'
import { codeOrText } from '@/lib/errors'
import { useFmt } from '@/lib/useFmt'
import { Confirm } from '@/ui/Confirm'
import form from '@/ui/Form.module.css'
import { JobCard } from '@/ui/JobCard'
import { LinkButton } from '@/ui/LinkButton'
import { Panel } from '@/ui/Panel'
import { StatTile, StatTiles } from '@/ui/StatTile'
import { toastProblem } from '@/ui/toast'
import { CountTiles } from './Counts'
import { ErrorGroups } from './ErrorGroups'
import { hasEnded, importKey } from './steps'
import { rateOf } from './upload'

/** Outcome shows an import that runs, rests, has ended, or is being taken back. */
export function Outcome({ file }: { file: Import }) {
  const ended = hasEnded(file)
  return (
    <div className={form.stack}>
      {!ended && <Work file={file} />}
      {file.state === 'undoing' && <Undoing file={file} />}
      {ended && <Report file={file} />}
    </div>
  )
}

// useRate is how fast rows are worked through, from what was seen in the last ten seconds.
function useRate(file: Import): number {
  const seen = useRef<[number, number][]>([])
  const [rate, setRate] = useState(0)
  useEffect(() => {
    const now = Date.now()
    if (seen.current.at(-1)?.[1] === file.done) return
    seen.current = [...seen.current.filter(([at]) => now - at < 10_000), [now, file.done]]
    setRate(rateOf(seen.current))
  }, [file.done])
  return file.state === 'running' || file.state === 'undoing' ? rate : 0
}

function useChange(file: Import) {
  const client = useQueryClient()
  return (verb: typeof cancelImport) => () =>
    void verb({ path: { id: file.id } }).then((next) => client.setQueryData(importKey(file.id), next), toastProblem)
}

function Work({ file }: { file: Import }) {
  const { t } = useTranslation('intake')
  const fmt = useFmt()
  const canEdit = useCan('contacts.edit')
  const change = useChange(file)
  const rate = useRate(file)
  const total = Math.max(file.rows_estimate, file.done)
  const c = file.counts
  return (
    <JobCard
      job={{
        title: file.filename,
        state: file.state === 'paused' ? 'paused' : 'running',
        done: file.done,
        total,
        rate,
        eta: rate > 0 ? Math.ceil((total - file.done) / rate) : 0,
      }}
      onPause={file.can_pause && canEdit ? change(pauseImport) : undefined}
      onResume={file.state === 'paused' && canEdit ? change(resumeImport) : undefined}
      onCancel={file.can_cancel && canEdit ? change(cancelImport) : undefined}
    >
      {c && c.rows > 0 && (
        <p className="muted tabular">
          {t('outcome.so_far', { created: fmt.number(c.created), updated: fmt.number(c.updated), skipped: fmt.number(c.skipped), errors: fmt.number(c.errors) })}
        </p>
      )}
      <p className="subtle">{t('outcome.cancel_keeps')}</p>
    </JobCard>
  )
}

function Undoing({ file }: { file: Import }) {
  const { t } = useTranslation('intake')
  const rate = useRate(file)
  const total = (file.counts?.created ?? 0) + (file.counts?.updated ?? 0)
  return <JobCard job={{ title: t('undo.running'), state: 'running', done: file.done, total: Math.max(total, file.done), rate }} />
}

function Report({ file }: { file: Import }) {
  const { t, i18n } = useTranslation('intake')
  const fmt = useFmt()
  const canEdit = useCan('contacts.edit')
  const errors = file.counts?.errors ?? 0
  const taken = (file.counts?.created ?? 0) + (file.counts?.updated ?? 0)
  return (
    <>
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
      {file.state === 'undone' && <Undone file={file} />}
      {file.counts && <CountTiles counts={file.counts} />}
      <div className={form.buttons}>
        {file.state !== 'undone' && (
          <LinkButton link={{ to: '/contacts', search: file.list ? { list: file.list } : {} }}>{t('outcome.contacts')}</LinkButton>
        )}
        {errors > 0 && (
          <Button
            variant="default"
            component="a"
            href={`/api/v1/imports/${file.id}/rejected.csv?lang=${i18n.language}`}
            download
            leftSection={<IconDownload size={18} aria-hidden />}
          >
            {t('outcome.rejected', { count: errors, n: fmt.number(errors) })}
          </Button>
        )}
        {canEdit && taken > 0 && file.state === 'done' && (
          <SegmentButton file={file} />
        )}
        {canEdit && (
          <LinkButton variant="default" link={{ to: '/imports/new' }}>
            {t('outcome.again')}
          </LinkButton>
        )}
        {canEdit && file.can_undo && <UndoButton file={file} />}
      </div>
      <ErrorGroups file={file} />
    </>
  )
}

// The contacts that the import made, as a segment that can be narrowed further.
function SegmentButton({ file }: { file: Import }) {
  const { t } = useTranslation('intake')
  const navigate = useNavigate()
  const [busy, setBusy] = useState(false)
  const make = async () => {
    setBusy(true)
    try {
      const name = t('outcome.segment_name', { name: file.filename }).slice(0, 100)
      const made = await createSegment({ headers: once(), body: { name, condition: { kind: 'import', op: 'any_of', values: [file.id] } } })
      await navigate({ to: '/segments/$id', params: { id: made.id } })
    } catch (e) {
      setBusy(false)
      toastProblem(e)
    }
  }
  return (
    <Button variant="default" loading={busy} onClick={() => void make()} leftSection={<IconUsersGroup size={18} aria-hidden />}>
      {t('outcome.segment')}
    </Button>
  )
}

function UndoButton({ file }: { file: Import }) {
  const { t } = useTranslation('intake')
  const fmt = useFmt()
  const client = useQueryClient()
  const [asking, setAsking] = useState(false)
  const c = file.counts
  const undo = async () => {
    client.setQueryData(importKey(file.id), await undoImport({ path: { id: file.id } }))
  }
  return (
    <>
      <Button variant="default" leftSection={<IconArrowBackUp size={18} aria-hidden />} onClick={() => setAsking(true)}>
        {t('undo.button')}
      </Button>
      {file.undo_until && <span className="subtle">{t('undo.until', { time: fmt.shortDateTime(file.undo_until) })}</span>}
      <Confirm opened={asking} onClose={() => setAsking(false)} title={t('undo.title')} action={t('undo.button')} onConfirm={undo}>
        <p>{t('undo.text', { created: fmt.number(c?.created ?? 0), updated: fmt.number(c?.updated ?? 0) })}</p>
        <p>{t('undo.keeps')}</p>
      </Confirm>
    </>
  )
}

function Undone({ file }: { file: Import }) {
  const { t } = useTranslation('intake')
  const fmt = useFmt()
  const u = file.undo
  if (!u) return null
  return (
    <Panel title={t('undo.done')}>
      <div className={form.stack}>
        <StatTiles>
          <StatTile label={t('undo.removed')} value={fmt.number(u.removed)} />
          <StatTile label={t('undo.restored')} value={fmt.number(u.restored)} />
          <StatTile label={t('undo.kept')} value={fmt.number(u.kept)} tone={u.kept > 0 ? 'warning' : 'neutral'} />
          <StatTile label={t('undo.consents')} value={fmt.number(u.consents)} />
        </StatTiles>
        {u.examples.length > 0 && (
          <>
            <p className="muted">{t('undo.kept_why')}</p>
            <ul>
              {u.examples.map((k) => (
                <li key={k.contact}>
                  <Link to="/contacts/$id" params={{ id: k.contact }}>
                    {k.contact}
                  </Link>
                  {': '}
                  {t(`undo.why_${k.why}`)}
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    </Panel>
  )
}
