import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { createSender, once } from '@/api'
import { useCan } from '@/app/session'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { sendersKey } from './sender'
import { SenderForm } from './SenderForm'

/** NewSender connects an address; the records to publish come next. */
export function NewSender() {
  const { t } = useTranslation('channel')
  const client = useQueryClient()
  const navigate = useNavigate()
  const canEdit = useCan('senders.edit')
  const [key] = useState(once)
  return (
    <Page title={t('new.title')} back={{ to: '/channels', label: t('list.title') }} width="form">
      {canEdit ? (
        <Panel>
          <SenderForm
            action={t('new.action')}
            send={(d) => createSender({ headers: key, body: { ...d, channel: 'email' } })}
            onDone={(s) => {
              void client.invalidateQueries({ queryKey: sendersKey })
              void navigate({ to: '/channels/$id', params: { id: s.id }, replace: true })
            }}
          />
        </Panel>
      ) : (
        <ProblemAlert error={{ status: 403, code: 'forbidden' }} />
      )}
    </Page>
  )
}
