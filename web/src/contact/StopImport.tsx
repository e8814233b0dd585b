import { Button, Checkbox, Radio, Textarea, TextInput } from '@mantine/core'
import { IconFileUpload } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { cancelStopFile, getStopFile, once, startStopFile, type StopFile, updateStopFile, uploadStopFile } from '@/api'
import { useCan } from '@/app/session'
import { codeOrText } from '@/lib/errors'
import { useFmt } from '@/lib/useFmt'
import { Confirm } from '@/ui/Confirm'
import { type Column, DataTable } from '@/ui/DataTable'
import form from '@/ui/Form.module.css'
import { JobCard } from '@/ui/JobCard'
import { LinkButton } from '@/ui/LinkButton'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { TableSkeleton } from '@/ui/Skeletons'
import { StatTile, StatTiles } from '@/ui/StatTile'

const route = getRouteApi('/cabinet/suppressions/import')
const reasons = ['unsubscribed', 'complaint', 'hard_bounce', 'manual'] as const
type Reason = (typeof reasons)[number]
const maxFile = 64 << 20
const busy = (f: StopFile | undefined) => f?.state === 'checking' || f?.state === 'running'

/** StopImport brings the stop-list of another service: a file or pasted text, one reason, a count before anything happens (AUD-3). */
export function StopImport() {
  const { t } = useTranslation('stopfile')
  const { file } = route.useSearch()
  const canEdit = useCan('contacts.edit')
  return (
    <Page title={t('title')} state={t('state')} back={{ to: '/suppressions', label: t('back') }} width="form">
      {!canEdit && <ProblemAlert error={{ status: 403, code: 'forbidden' }} />}
      {canEdit && (file ? <Taken id={file} /> : <Choose />)}
    </Page>
  )
}

function Choose() {
  const { t } = useTranslation('stopfile')
  const fmt = useFmt()
  const navigate = route.useNavigate()
  const input = useRef<HTMLInputElement>(null)
  const [reason, setReason] = useState<Reason>('unsubscribed')
  const [note, setNote] = useState('')
  const [file, setFile] = useState<File | null>(null)
  const [pasted, setPasted] = useState('')
  const [error, setError] = useState<unknown>(null)
  const [sending, setSending] = useState(false)
  const take = (f: File | undefined) => {
    if (!f) return
    if (f.size > maxFile) return setError({ status: 413, code: 'stop_file.too_large' })
    setError(null)
    setFile(f)
  }
  const send = async () => {
    const body = file ?? new File([pasted], t('pasted'), { type: 'text/plain' })
    setSending(true)
    setError(null)
    try {
      const made = await uploadStopFile({ body, query: { filename: body.name, reason, note: note || undefined } })
      await navigate({ to: '/suppressions/import', search: { file: made.id } })
    } catch (e) {
      setError(e)
    } finally {
      setSending(false)
    }
  }
  return (
    <div className={form.stack}>
      <ProblemAlert error={error} />
      <Panel title={t('who')} hint={t('who_hint', { size: fmt.bytes(maxFile) })}>
        <div className={form.stack} onDragOver={(e) => e.preventDefault()} onDrop={(e) => (e.preventDefault(), take(e.dataTransfer.files[0]))}>
          <div className={form.buttons}>
            <Button variant="default" leftSection={<IconFileUpload size={18} aria-hidden />} onClick={() => input.current?.click()}>
              {file ? t('choose_other') : t('choose')}
            </Button>
            {file && (
              <span>
                {file.name} · {fmt.bytes(file.size)}
              </span>
            )}
          </div>
          <input
            ref={input}
            type="file"
            className="hidden-visually"
            tabIndex={-1}
            accept=".csv,.txt,.tsv,.xlsx,.vcf,.zip,text/csv,text/plain"
            aria-label={t('choose')}
            onChange={(e) => (take(e.currentTarget.files?.[0]), (e.currentTarget.value = ''))}
          />
          {!file && (
            <Textarea label={t('paste')} placeholder={t('paste_example')} autosize minRows={3} maxRows={12} value={pasted} onChange={(e) => setPasted(e.currentTarget.value)} />
          )}
        </div>
      </Panel>
      <Panel title={t('why')} hint={t('why_hint')}>
        <div className={form.stack}>
          <Radio.Group value={reason} onChange={(v) => setReason(v as Reason)} aria-label={t('why')}>
            <div className={form.stack}>
              {reasons.map((r) => (
                <Radio key={r} value={r} label={t(`reason_${r}`)} description={t(`reason_${r}_does`)} />
              ))}
            </div>
          </Radio.Group>
          <TextInput label={t('note')} description={t('note_hint')} maxLength={500} value={note} onChange={(e) => setNote(e.currentTarget.value)} />
        </div>
      </Panel>
      <div className={`${form.buttons} ${form.end}`}>
        <Button onClick={() => void send()} loading={sending} disabled={!file && pasted.trim() === ''}>
          {t('check')}
        </Button>
      </div>
    </div>
  )
}

function Taken({ id }: { id: string }) {
  const query = useQuery({
    queryKey: ['stop-file', id],
    queryFn: ({ signal }) => getStopFile({ path: { id }, signal }),
    refetchInterval: (q) => (busy(q.state.data) ? 700 : false),
  })
  return (
    <Loaded query={query} skeleton={<TableSkeleton />}>
      {(f) => <Shown file={f} />}
    </Loaded>
  )
}

function Shown({ file }: { file: StopFile }) {
  const { t } = useTranslation('stopfile')
  const client = useQueryClient()
  const [error, setError] = useState<unknown>(null)
  const [asking, setAsking] = useState(false)
  const act = async (work: () => Promise<StopFile>) => {
    setError(null)
    try {
      client.setQueryData(['stop-file', file.id], await work())
    } catch (e) {
      setError(e)
    }
  }
  const cancel = () => void act(() => cancelStopFile({ path: { id: file.id } }))
  if (busy(file)) {
    const title = file.state === 'checking' ? t('checking', { name: file.filename }) : t('running', { name: file.filename })
    return (
      <div className={form.stack}>
        <ProblemAlert error={error} />
        <JobCard job={{ title, state: 'running', done: file.done, total: file.rows }} onCancel={cancel} />
      </div>
    )
  }
  return (
    <div className={form.stack}>
      <ProblemAlert error={error} />
      <Told file={file} />
      {file.state !== 'failed' && <Figures file={file} />}
      {file.state === 'ready' && file.columns.length > 1 && (
        <Columns file={file} onChange={(columns) => void act(() => updateStopFile({ path: { id: file.id }, body: { columns } }))} />
      )}
      {file.rejects.length > 0 && <Rejects file={file} />}
      <Buttons file={file} onCancel={cancel} onStart={() => setAsking(true)} />
      {asking && <Start file={file} onClose={() => setAsking(false)} onStart={() => startStopFile({ path: { id: file.id }, headers: once() })} />}
    </div>
  )
}

// Told says in one sentence where the file stands.
function Told({ file }: { file: StopFile }) {
  const { t } = useTranslation('stopfile')
  const fmt = useFmt()
  const n = file.counts.added + file.counts.raised
  if (file.state === 'failed') return <ProblemAlert error={{ status: 409, code: file.failure?.code ?? 'stop_file.gave_up' }} />
  const text =
    file.state === 'ready' && n === 0
      ? t('told_nothing')
      : t(`told_${file.state}`, { count: n, n: fmt.number(n), reason: t(`reason_${file.reason}`).toLowerCase(), defaultValue: '' })
  return (
    <div className={form.note} data-tone={file.state === 'done' ? 'success' : undefined} role="status">
      {text}
      {file.sheet && ` ${t('sheet', { name: file.sheet })}`}
    </div>
  )
}

function Figures({ file }: { file: StopFile }) {
  const { t } = useTranslation('stopfile')
  const fmt = useFmt()
  const c = file.counts
  return (
    <StatTiles caption={t('found', { emails: fmt.number(c.emails), phones: fmt.number(c.phones) })}>
      <StatTile
        label={file.state === 'ready' ? t('new') : t('added')}
        value={fmt.number(c.added + c.raised)}
        note={c.contacts > 0 ? t('of_contacts', { count: c.contacts, n: fmt.number(c.contacts) }) : undefined}
      />
      <StatTile label={t('known')} value={fmt.number(c.known)} />
      <StatTile label={t('repeated')} value={fmt.number(c.repeated)} />
      <StatTile label={t('bad')} value={fmt.number(c.bad)} tone={c.bad > 0 ? 'warning' : 'neutral'} />
    </StatTiles>
  )
}

function Columns({ file, onChange }: { file: StopFile; onChange: (columns: number[]) => void }) {
  const { t } = useTranslation('stopfile')
  const chosen = file.columns.filter((c) => c.chosen).map((c) => c.index)
  const list = file.columns.filter((c) => c.chosen || c.emails + c.phones > 0)
  if (list.length < 2) return null
  return (
    <Panel title={t('columns')} hint={t('columns_hint')}>
      <div className={form.stack}>
        {list.map((c) => (
          <Checkbox
            key={c.index}
            label={c.header || t('column', { n: c.index + 1 })}
            description={c.samples.join(' · ')}
            checked={c.chosen}
            disabled={c.chosen && chosen.length === 1}
            onChange={() => onChange(c.chosen ? chosen.filter((i) => i !== c.index) : [...chosen, c.index])}
          />
        ))}
      </div>
    </Panel>
  )
}

function Rejects({ file }: { file: StopFile }) {
  const { t } = useTranslation('stopfile')
  const fmt = useFmt()
  const columns: Column<StopFile['rejects'][number]>[] = [
    { key: 'line', header: t('line'), width: '90px', cell: (r) => fmt.number(r.line), phone: 'side' },
    { key: 'value', header: t('value'), width: '32%', cell: (r) => r.value || '–', phone: 'title' },
    { key: 'code', header: t('trouble'), cell: (r) => codeOrText({ code: r.code }), phone: 'line' },
  ]
  const more = file.counts.bad > file.rejects.length
  return (
    <Panel title={t('rejects')} hint={more ? t('rejects_first', { n: fmt.number(file.rejects.length) }) : undefined} flush>
      <DataTable label={t('rejects')} columns={columns} rows={file.rejects} rowKey={(r) => `${r.line}:${r.value}`} compact />
    </Panel>
  )
}

function Buttons({ file, onCancel, onStart }: { file: StopFile; onCancel: () => void; onStart: () => void }) {
  const { t } = useTranslation('stopfile')
  const fmt = useFmt()
  const n = file.counts.added + file.counts.raised
  return (
    <div className={`${form.buttons} ${form.end}`}>
      {file.state === 'ready' ? (
        <>
          <Button variant="default" onClick={onCancel}>
            {t('ui:cancel')}
          </Button>
          {n > 0 && <Button onClick={onStart}>{t('start', { count: n, n: fmt.number(n) })}</Button>}
        </>
      ) : (
        <>
          <LinkButton variant="default" link={{ to: '/suppressions/import', search: {} }}>
            {t('another')}
          </LinkButton>
          <LinkButton link={{ to: '/suppressions', search: file.state === 'done' ? { file: file.id } : {} }}>
            {t('to_list')}
          </LinkButton>
        </>
      )}
    </div>
  )
}

// What people decided themselves cannot be taken back, so it is said once more before it is done.
function Start({ file, onClose, onStart }: { file: StopFile; onClose: () => void; onStart: () => Promise<StopFile> }) {
  const { t } = useTranslation('stopfile')
  const fmt = useFmt()
  const client = useQueryClient()
  const n = file.counts.added + file.counts.raised
  const start = async () => {
    client.setQueryData(['stop-file', file.id], await onStart())
    await client.invalidateQueries({ queryKey: ['suppressions'] })
  }
  const final = file.reason === 'unsubscribed' || file.reason === 'complaint'
  return (
    <Confirm opened onClose={onClose} title={t('ask', { count: n, n: fmt.number(n) })} action={t('start', { count: n, n: fmt.number(n) })} onConfirm={start} danger={final}>
      <p>{t(`reason_${file.reason}_does`)}</p>
      {final && <p>{t('ask_final')}</p>}
      {file.counts.contacts > 0 && <p>{t('ask_contacts', { count: file.counts.contacts, n: fmt.number(file.counts.contacts) })}</p>}
    </Confirm>
  )
}
