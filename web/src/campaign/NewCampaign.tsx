import { Button, Radio, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import * as v from 'valibot'
import { createCampaign, listSenders, once } from '@/api'
import { useMe } from '@/app/session'
import { TemplateChoice } from '@/content/TemplateChoice'
import { required } from '@/lib/rules'
import { useFmt } from '@/lib/useFmt'
import form from '@/ui/Form.module.css'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { useApiForm } from '@/ui/useApiForm'
import { campaignsKey } from './campaign'

const newForm = v.object({ name: v.pipe(required, v.maxLength(120, 'campaign.name')), purpose: v.string() })

/** NewCampaign asks the two things that decide the rest: what kind of letters, and what to begin with. */
export function NewCampaign() {
  const { t } = useTranslation('campaign')
  const fmt = useFmt()
  const me = useMe()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [key] = useState(once)
  const { template: asked = '' } = useSearch({ strict: false }) as { template?: string }
  const [template, setTemplate] = useState(asked)
  const senders = useQuery({ queryKey: ['senders'], queryFn: async ({ signal }) => (await listSenders({ signal })).items, enabled: me.permissions.includes('senders.view') })
  const { form: f, busy, problem, onSubmit } = useApiForm({
    initial: { name: t('new.default_name', { date: fmt.axis(Date.now()) }), purpose: 'advertising' },
    schema: newForm,
    send: ({ name, purpose }) =>
      createCampaign({
        headers: key,
        body: {
          name: name.trim(),
          purpose: purpose as 'advertising',
          template: template || undefined,
          // With one sender there is nothing to choose.
          sender: senders.data?.length === 1 ? senders.data[0]!.id : undefined,
          tracking: { opens: true, clicks: true },
        },
      }),
    onDone: (c) => {
      void client.invalidateQueries({ queryKey: campaignsKey })
      void navigate({ to: '/campaigns/$id/edit', params: { id: c.id }, replace: true })
    },
  })
  return (
    <Page title={t('new.title')} back={{ to: '/campaigns', label: t('list.title') }} width="form">
      <Panel>
        <form className={form.form} onSubmit={onSubmit} noValidate>
          <ProblemAlert error={problem} />
          <TextInput label={t('name.label')} description={t('name.hint')} maxLength={120} key={f.key('name')} {...f.getInputProps('name')} />
          <Radio.Group label={t('purpose.label')} key={f.key('purpose')} {...f.getInputProps('purpose')}>
            <div className={form.stack}>
              <Radio value="advertising" label={t('purpose.advertising')} description={t('purpose.advertising_hint')} />
              <Radio value="third_party" label={t('purpose.third_party')} description={t('purpose.third_party_hint')} />
              <Radio value="transactional" label={t('purpose.transactional')} description={t('purpose.transactional_hint')} />
            </div>
          </Radio.Group>
          <TemplateChoice value={template} onChange={setTemplate} />
          <div className={form.buttons}>
            <Button type="submit" loading={busy}>
              {t('new.create')}
            </Button>
          </div>
        </form>
      </Panel>
    </Page>
  )
}
