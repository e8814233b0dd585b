import { Button, Drawer, Radio, Textarea } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import * as v from 'valibot'
import { cancelExport, createExport, type CreateExportInputBody, listContacts, once } from '@/api'
import { contactsKey } from '@/contact/contact'
import type { ContactSearch } from '@/contact/routes'
import { codeOrText } from '@/lib/errors'
import type { Lang } from '@/lib/fmt'
import { useFmt } from '@/lib/useFmt'
import form from '@/ui/Form.module.css'
import { JobCard } from '@/ui/JobCard'
import { Loaded } from '@/ui/Loaded'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { useApiForm } from '@/ui/useApiForm'
import { ColumnChoice } from './ColumnChoice'
import { exportKey, exportsKey, fileOf, jobOf, useExport } from './export'

interface Props {
  filter: ContactSearch
  onClose: () => void
}

/** ExportDrawer writes the contacts that the list shows into a file (AUD-5): first what and why, then the progress and the file. */
export function ExportDrawer({ filter, onClose }: Props) {
  const { t } = useTranslation('export')
  const [started, setStarted] = useState('')
  return (
    <Drawer opened onClose={onClose} position="right" size={480} title={t('title')} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      {started ? <Progress id={started} onClose={onClose} /> : <Order filter={filter} onClose={onClose} onStart={setStarted} />}
    </Drawer>
  )
}

type Format = CreateExportInputBody['format']
const formats: Format[] = ['xlsx', 'csv', 'vcard']

const reasonForm = v.object({ reason: v.pipe(v.string(), v.trim(), v.minLength(3, 'export.reason'), v.maxLength(500, 'export.reason')) })

function Order({ filter, onClose, onStart }: Props & { onStart: (id: string) => void }) {
  const { t, i18n } = useTranslation('export')
  const client = useQueryClient()
  const [key] = useState(once)
  const [format, setFormat] = useState<Format>('xlsx')
  const [columns, setColumns] = useState<string[]>([]) // none = all
  const { sort: _, ...conditions } = filter
  const { form: f, busy, problem, onSubmit } = useApiForm({
    initial: { reason: '' },
    schema: reasonForm,
    send: ({ reason }) => createExport({ headers: key, body: { format, columns, reason: reason.trim(), filter: conditions, lang: i18n.language as Lang } }),
    onDone: (e) => {
      client.setQueryData(exportKey(e.id), e)
      void client.invalidateQueries({ queryKey: exportsKey })
      onStart(e.id)
    },
  })
  return (
    <form className={form.form} onSubmit={onSubmit} noValidate>
      <ProblemAlert error={problem} />
      <Whom filter={conditions} />
      <Radio.Group label={t('format')} value={format} onChange={(x) => setFormat(x as Format)}>
        <div className={form.stack}>
          {formats.map((x) => (
            <Radio key={x} value={x} data-autofocus={x === format || undefined} label={t(`format.${x}`)} description={t(`format.${x}_hint`)} />
          ))}
        </div>
      </Radio.Group>
      {format !== 'vcard' && <ColumnChoice value={columns} onChange={setColumns} />}
      <Textarea
        label={t('reason')}
        description={t('reason_hint')}
        required
        withAsterisk={false}
        autosize
        minRows={2}
        maxLength={500}
        key={f.key('reason')}
        {...f.getInputProps('reason')}
      />
      <p className="subtle">{t('kept')}</p>
      <div className={`${form.buttons} ${form.end}`}>
        <Button variant="default" onClick={onClose}>
          {t('ui:cancel')}
        </Button>
        <Button type="submit" loading={busy}>
          {t('start')}
        </Button>
      </div>
    </form>
  )
}

// How many contacts there will be: all, or those that the list is narrowed to.
function Whom({ filter }: { filter: Omit<ContactSearch, 'sort'> }) {
  const { t } = useTranslation('export')
  const fmt = useFmt()
  const { data } = useQuery({
    queryKey: [...contactsKey, 'count', filter],
    queryFn: async ({ signal }) => (await listContacts({ query: { ...filter, limit: 1 }, signal })).total ?? null,
  })
  const narrowed = Object.values(filter).some(Boolean)
  const n = data ? fmt.total(data) : '…'
  return <p>{t(narrowed ? 'whom.found' : 'whom.all', { n })}</p>
}

function Progress({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation('export')
  const fmt = useFmt()
  const query = useExport(id)
  const client = useQueryClient()
  const cancel = async () => {
    client.setQueryData(exportKey(id), await cancelExport({ path: { id } }))
  }
  return (
    <Loaded query={query} skeleton={null}>
      {(e) => (
        <div className={form.stack}>
          <JobCard
            job={jobOf(e, e.failure && codeOrText(e.failure))}
            onCancel={() => void cancel()}
            result={
              e.state === 'ready' && (
                <Button component="a" href={fileOf(e)} download leftSection={<IconDownload size={18} aria-hidden />}>
                  {t('download')}
                </Button>
              )
            }
          >
            {e.state === 'ready' && <p className="subtle">{t('ready', { n: fmt.number(e.rows), size: fmt.bytes(e.size) })}</p>}
          </JobCard>
          <p className="subtle">
            {t('later')} <Link to="/exports">{t('list.title')}</Link>
          </p>
          <div className={`${form.buttons} ${form.end}`}>
            <Button variant="default" onClick={onClose}>
              {t('ui:close')}
            </Button>
          </div>
        </div>
      )}
    </Loaded>
  )
}
