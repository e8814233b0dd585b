import { Button, Progress as Bar, Textarea } from '@mantine/core'
import { IconDownload, IconFileUpload } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type DragEvent, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { getUpload } from '@/api'
import { useCan, useMe } from '@/app/session'
import { useFmt } from '@/lib/useFmt'
import form from '@/ui/Form.module.css'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { Wizard } from '@/ui/Wizard'
import css from './Intake.module.css'
import { importsKey } from './steps'
import { forget, type Progress, sendFile, type Unfinished, unfinished } from './upload'
import { useSteps } from './useSteps'

/** NewImport is the first step: a file is dropped, chosen, or pasted from a spreadsheet (AUD-5). */
export function NewImport() {
  const { t } = useTranslation('intake')
  const steps = useSteps()
  const canEdit = useCan('contacts.edit')
  return (
    <Page title={t('title')} back={{ to: '/imports', label: t('list.title') }}>
      <Wizard steps={steps} current="file" onStep={() => undefined}>
        {canEdit ? <ChooseFile /> : <ProblemAlert error={{ status: 403, code: 'forbidden' }} />}
      </Wizard>
    </Page>
  )
}

// useSending sends a file and opens the next step. Leaving the screen stops it; what has arrived waits on the server.
function useSending() {
  const navigate = useNavigate()
  const client = useQueryClient()
  const [sending, setSending] = useState<{ name: string; progress: Progress | null } | null>(null)
  const [error, setError] = useState<unknown>(null)
  const stop = useRef<AbortController | null>(null)
  useEffect(() => () => stop.current?.abort(), [])
  const send = async (file: File) => {
    const control = new AbortController()
    stop.current = control
    setSending({ name: file.name, progress: null })
    setError(null)
    try {
      const made = await sendFile(file, (progress) => setSending({ name: file.name, progress }), control.signal)
      await client.invalidateQueries({ queryKey: importsKey })
      await navigate({ to: '/imports/$id', params: { id: made.id }, search: { step: 'columns' } })
    } catch (e) {
      if (!control.signal.aborted) setError(e)
    } finally {
      setSending(null)
    }
  }
  return { sending, error, setError, send, cancel: () => stop.current?.abort() }
}

function ChooseFile() {
  const { t, i18n } = useTranslation('intake')
  const fmt = useFmt()
  const { limits } = useMe()
  const input = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  const { sending, error, setError, send, cancel } = useSending()
  const take = (file: File | undefined) => {
    if (!file || sending) return
    if (file.size > limits.import_bytes) return setError({ status: 413, code: 'import.too_large' })
    if (file.size === 0) return setError({ status: 422, code: 'import.empty' })
    void send(file)
  }
  const drop = (e: DragEvent) => {
    e.preventDefault()
    setOver(false)
    take(e.dataTransfer.files[0])
  }
  return (
    <div className={form.stack}>
      <ProblemAlert error={error} />
      {!sending && <Interrupted key={String(error)} />}
      <div
        className={css.drop}
        data-over={over || undefined}
        onDragOver={(e) => (e.preventDefault(), setOver(true))}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <IconFileUpload size={36} stroke={1.5} aria-hidden />
        {sending ? (
          <Sending name={sending.name} progress={sending.progress} onCancel={cancel} />
        ) : (
          <>
            <h2>{t('file.drop')}</h2>
            <p className="muted">{t('file.hint', { size: fmt.bytes(limits.import_bytes) })}</p>
            <Button onClick={() => input.current?.click()}>{t('file.choose')}</Button>
          </>
        )}
        <input
          ref={input}
          type="file"
          className="hidden-visually"
          tabIndex={-1}
          accept=".csv,.txt,.tsv,.xlsx,.vcf,.zip,text/csv,text/plain,text/vcard"
          aria-label={t('file.choose')}
          onChange={(e) => (take(e.currentTarget.files?.[0]), (e.currentTarget.value = ''))}
        />
        <a className={css.sample} href={`/api/v1/import-sample.xlsx?lang=${i18n.language}`} download>
          <IconDownload size={18} aria-hidden />
          {t('file.sample')}
        </a>
      </div>
      <p className="hidden-visually" role="status">
        {sending && t('file.sending', { name: sending.name })}
      </p>
      <Paste busy={sending !== null} onSend={(text) => void send(new File([text], t('paste.filename'), { type: 'text/csv' }))} />
    </div>
  )
}

function Sending({ name, progress: p, onCancel }: { name: string; progress: Progress | null; onCancel: () => void }) {
  const { t } = useTranslation('intake')
  const fmt = useFmt()
  const left = p && p.speed > 0 ? (p.size - p.received) / p.speed : 0
  return (
    <>
      <h2 className={css.sending}>{name}</h2>
      <Bar className={css.bar} size="md" value={p ? (p.received / p.size) * 100 : 100} animated={!p} aria-label={t('file.sending', { name })} />
      <p className="muted tabular">
        {p && t('file.sent', { received: fmt.bytes(p.received), size: fmt.bytes(p.size) })}
        {p && p.speed > 0 && ` · ${t('file.speed', { speed: fmt.bytes(p.speed) })}`}
        {left > 1 && ` · ${t('file.left', { time: fmt.duration(left) })}`}
      </p>
      {p?.waiting && (
        <p className={css.waiting} role="status">
          {t('file.waiting')}
        </p>
      )}
      <Button variant="default" onClick={onCancel}>
        {t('file.stop')}
      </Button>
    </>
  )
}

// An upload that a reload has interrupted goes on when the person chooses the same file again.
function Interrupted() {
  const { t } = useTranslation('intake')
  const fmt = useFmt()
  const [found, setFound] = useState<{ u: Unfinished; share: number } | null>(null)
  useEffect(() => {
    const u = unfinished()
    if (!u) return
    let here = true
    getUpload({ path: { id: u.id } }).then(
      (up) => here && setFound({ u, share: up.received / up.size }),
      () => here && void forget(u),
    )
    return () => {
      here = false
    }
  }, [])
  if (!found) return null
  return (
    <div className={form.note} role="note">
      <p>{t('file.interrupted', { name: found.u.name, share: fmt.percent(found.share, 0) })}</p>
      <div className={css.actions}>
        <Button size="xs" variant="default" onClick={() => (void forget(found.u), setFound(null))}>
          {t('file.forget')}
        </Button>
      </div>
    </div>
  )
}

function Paste({ busy, onSend }: { busy: boolean; onSend: (text: string) => void }) {
  const { t } = useTranslation('intake')
  const [text, setText] = useState('')
  return (
    <Panel title={t('paste.title')} hint={t('paste.hint')}>
      <div className={form.stack}>
        <Textarea
          aria-label={t('paste.title')}
          placeholder={t('paste.placeholder')}
          autosize
          minRows={3}
          maxRows={12}
          value={text}
          onChange={(e) => setText(e.currentTarget.value)}
        />
        <div className={form.buttons}>
          <Button variant="default" disabled={busy || text.trim() === ''} onClick={() => onSend(text)}>
            {t('paste.send')}
          </Button>
        </div>
      </div>
    </Panel>
  )
}
