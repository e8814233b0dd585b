import { Button, Textarea } from '@mantine/core'
import { IconFileUpload } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { type DragEvent, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQueryClient } from '@tanstack/react-query'
import { once, uploadImport } from '@/api'
import { useCan, useMe } from '@/app/session'
import { useFmt } from '@/lib/useFmt'
import form from '@/ui/Form.module.css'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { Wizard } from '@/ui/Wizard'
import css from './Intake.module.css'
import { importsKey } from './steps'
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

// useUpload sends a file and opens the next step. The key is made once per file: a repeat after a lost answer
// does not make a second import.
function useUpload() {
  const navigate = useNavigate()
  const client = useQueryClient()
  const [busy, setBusy] = useState<string | null>(null)
  const [error, setError] = useState<unknown>(null)
  const send = async (file: Blob, filename: string) => {
    setBusy(filename)
    setError(null)
    try {
      const made = await uploadImport({ body: file, query: { filename }, headers: once() })
      await client.invalidateQueries({ queryKey: importsKey })
      await navigate({ to: '/imports/$id', params: { id: made.id }, search: { step: 'columns' } })
    } catch (e) {
      setError(e)
    } finally {
      setBusy(null)
    }
  }
  return { busy, error, setError, send }
}

function ChooseFile() {
  const { t } = useTranslation('intake')
  const fmt = useFmt()
  const { limits } = useMe()
  const input = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  const { busy, error, setError, send } = useUpload()
  const take = (file: File | undefined) => {
    if (!file) return
    if (file.size > limits.import_bytes) return setError({ status: 413, code: 'import.too_large' })
    if (file.size === 0) return setError({ status: 422, code: 'import.empty' })
    void send(file, file.name)
  }
  const drop = (e: DragEvent) => {
    e.preventDefault()
    setOver(false)
    take(e.dataTransfer.files[0])
  }
  return (
    <div className={form.stack}>
      <ProblemAlert error={error} />
      <div
        className={css.drop}
        data-over={over || undefined}
        onDragOver={(e) => (e.preventDefault(), setOver(true))}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <IconFileUpload size={36} stroke={1.5} aria-hidden />
        <h2>{t('file.drop')}</h2>
        <p className="muted">{t('file.hint', { size: fmt.bytes(limits.import_bytes) })}</p>
        <Button loading={busy !== null} onClick={() => input.current?.click()}>
          {t('file.choose')}
        </Button>
        <input
          ref={input}
          type="file"
          className="hidden-visually"
          tabIndex={-1}
          accept=".csv,.txt,.tsv,text/csv,text/plain"
          aria-label={t('file.choose')}
          onChange={(e) => (take(e.currentTarget.files?.[0]), (e.currentTarget.value = ''))}
        />
        <a href={sample(t('file.sample_rows'))} download="contacts.csv">
          {t('file.sample')}
        </a>
      </div>
      <p className="hidden-visually" role="status">
        {busy && t('file.sending', { name: busy })}
      </p>
      <Paste busy={busy !== null} onSend={(text) => void send(new Blob([text], { type: 'text/csv' }), t('paste.filename'))} />
    </div>
  )
}

const sample = (rows: string) => `data:text/csv;charset=utf-8,${encodeURIComponent(`\uFEFF${rows}`)}`

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
          <Button variant="default" loading={busy} disabled={text.trim() === ''} onClick={() => onSend(text)}>
            {t('paste.send')}
          </Button>
        </div>
      </div>
    </Panel>
  )
}
