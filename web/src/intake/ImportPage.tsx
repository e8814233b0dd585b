import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { getImport, type Import } from '@/api'
import { contactsKey, fieldsKey, listsKey, tagsKey } from '@/contact/contact'
import { useLive, usePolling } from '@/lib/sse'
import { useFmt } from '@/lib/useFmt'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { FormSkeleton } from '@/ui/Skeletons'
import { Wizard } from '@/ui/Wizard'
import { Columns } from './Columns'
import { DryRun } from './DryRun'
import { ImportPill } from './ImportPill'
import { Outcome } from './Outcome'
import { Rules } from './Rules'
import { type ImportStep, importKey, isOpen } from './steps'
import { useSteps } from './useSteps'

const route = getRouteApi('/cabinet/imports/$id')

/** useImport reads an import and keeps it fresh: from the stream while it is worked on, by asking while the stream is down. */
function useImport(id: string) {
  const client = useQueryClient()
  const refetchInterval = usePolling()
  const query = useQuery({ queryKey: importKey(id), queryFn: ({ signal }) => getImport({ path: { id }, signal }), refetchInterval })
  useLive(['import', 'job'], (e) => {
    const job = e.data?.job
    if (e.data?.import && e.data.import !== id) return
    if (job && job.id !== query.data?.job) return
    if (job && job.state === 'running') {
      client.setQueryData<Import>(importKey(id), (old) => old && { ...old, done: job.done })
      return
    }
    void query.refetch({ cancelRefetch: false })
  })
  // What it makes, from its start to its undoing, is read anew by other screens.
  const state = query.data?.state
  useEffect(() => {
    for (const queryKey of [fieldsKey, listsKey, tagsKey, contactsKey]) void client.invalidateQueries({ queryKey })
  }, [client, state])
  return query
}

/** ImportPage is the wizard after the upload, then the progress, then the report. All of it lives on the server. */
export function ImportPage() {
  const { t } = useTranslation('intake')
  const fmt = useFmt()
  const { id } = route.useParams()
  const query = useImport(id)
  const file = query.data
  return (
    <Page
      title={file ? t('of_file', { name: file.filename }) : t('title')}
      back={{ to: '/imports', label: t('list.title') }}
      state={
        file && (
          <>
            <ImportPill state={file.state} />
            <span>
              {fmt.bytes(file.size)} · {file.encoding.toUpperCase()}
            </span>
          </>
        )
      }
    >
      <Loaded query={query} skeleton={<FormSkeleton />}>
        {(i) => (isOpen(i) ? <Steps file={i} /> : <Outcome file={i} />)}
      </Loaded>
    </Page>
  )
}

function Steps({ file }: { file: Import }) {
  const steps = useSteps()
  const navigate = route.useNavigate()
  const { step: asked } = route.useSearch()
  const step: ImportStep = asked && asked !== 'file' ? asked : file.state === 'draft' ? 'columns' : 'check'
  const go = (to: string) => void (to === 'file' ? navigate({ to: '/imports/new' }) : navigate({ search: { step: to as ImportStep } }))
  return (
    <Wizard steps={steps} current={step} onStep={go}>
      {step === 'columns' && <Columns file={file} onNext={() => go('rules')} />}
      {step === 'rules' && <Rules file={file} onBack={() => go('columns')} onNext={() => go('check')} />}
      {step === 'check' && <DryRun file={file} onBack={() => go('rules')} onColumns={() => go('columns')} />}
    </Wizard>
  )
}
