import { Button, Checkbox, Modal, Select, TagsInput, TextInput } from '@mantine/core'
import { IconKey } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import * as v from 'valibot'
import { type ApiKey, createApiKey, listApiKeys, type NewApiKey, revokeApiKey } from '@/api'
import { useList } from '@/api/useList'
import { required } from '@/lib/rules'
import { useFmt } from '@/lib/useFmt'
import { Confirm } from '@/ui/Confirm'
import { CopyField } from '@/ui/CopyField'
import { EmptyState } from '@/ui/EmptyState'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { TableSkeleton } from '@/ui/Skeletons'
import { StatusPill } from '@/ui/StatusPill'
import { toastDone } from '@/ui/toast'
import { useApiForm } from '@/ui/useApiForm'
import css from './Form.module.css'
import { scopes } from './roles'

const keysKey = ['api-keys']

/** Keys: what programs may do in this account (ACC-6). A key is shown once. */
export function Keys() {
  const { t } = useTranslation('settings')
  const [making, setMaking] = useState(false)
  const list = useList<ApiKey>({
    key: keysKey,
    load: ({ cursor, signal }) => listApiKeys({ query: { cursor, limit: 50 }, signal }),
  })
  const create = <Button onClick={() => setMaking(true)}>{t('keys.create')}</Button>
  const empty = list.query.data && list.rows.length === 0
  return (
    <Page title={t('nav.keys')} state={<a href="/api/v1/openapi.json">{t('keys.reference')}</a>} primary={empty ? undefined : create}>
      <Panel flush>
        <Loaded query={list.query} skeleton={<TableSkeleton rows={2} />}>
          {() =>
            list.rows.length === 0 ? (
              <EmptyState icon={IconKey} title={t('keys.empty')} text={t('keys.empty_text')} action={create} />
            ) : (
              <ul className={css.rows}>
                {list.rows.map((k) => (
                  <KeyRow key={k.id} apiKey={k} />
                ))}
              </ul>
            )
          }
        </Loaded>
      </Panel>
      <Panel title={t('keys.example')} hint={t('keys.example_hint')}>
        <CopyField label={t('keys.request')} value={`curl ${location.origin}/api/v1/contacts \\\n  -H "Authorization: Bearer krn_…"`} block />
      </Panel>
      {making && <CreateKey onClose={() => setMaking(false)} />}
    </Page>
  )
}

function KeyRow({ apiKey: k }: { apiKey: ApiKey }) {
  const { t } = useTranslation('settings')
  const fmt = useFmt()
  const client = useQueryClient()
  const [revoking, setRevoking] = useState(false)
  const expired = k.expires_at !== undefined && new Date(k.expires_at).getTime() < Date.now()
  const revoke = async () => {
    await revokeApiKey({ path: { id: k.id } })
    await client.invalidateQueries({ queryKey: keysKey })
    toastDone(t('keys.revoked', { name: k.name }))
  }
  return (
    <li className={css.row}>
      <div className={css.main}>
        <div className={css.name}>
          {k.name}
          {k.prefix && <span className="mono muted">{k.prefix}…</span>}
          {expired && <StatusPill tone="warning">{t('keys.expired')}</StatusPill>}
        </div>
        <div className="subtle">{k.scopes.map((s) => t(`scope.${s}`)).join(' · ')}</div>
        <div className="subtle">
          {k.last_used_at ? t('keys.used', { when: fmt.relative(k.last_used_at) }) : t('keys.never_used')}
          {' · '}
          {k.expires_at ? t('keys.until', { date: fmt.date(k.expires_at) }) : t('keys.forever')}
          {k.allowed_addresses.length > 0 && ` · ${k.allowed_addresses.join(', ')}`}
        </div>
      </div>
      <Button variant="default" onClick={() => setRevoking(true)} aria-label={t('keys.revoke_named', { name: k.name })}>
        {t('keys.revoke')}
      </Button>
      <Confirm opened={revoking} onClose={() => setRevoking(false)} title={t('keys.revoke_title', { name: k.name })} action={t('keys.revoke')} onConfirm={revoke}>
        <p>{t('keys.revoke_text')}</p>
      </Confirm>
    </li>
  )
}

const keyForm = v.object({
  name: v.pipe(required, v.maxLength(80, 'too_long')),
  scopes: v.pipe(v.array(v.string()), v.minLength(1, 'access.key_scopes')),
  days: v.string(),
  allowed_addresses: v.array(v.string()),
})

const lifetimes = ['30', '90', '365', ''] as const

function CreateKey({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('settings')
  const client = useQueryClient()
  const [made, setMade] = useState<NewApiKey | null>(null)
  const { form, busy, problem, onSubmit } = useApiForm({
    initial: { name: '', scopes: ['contacts.view', 'campaigns.view'] as string[], days: '365', allowed_addresses: [] as string[] },
    schema: keyForm,
    send: ({ days, ...body }) => {
      const expires_at = days ? new Date(Date.now() + Number(days) * 86_400_000).toISOString() : undefined
      return createApiKey({ body: { ...body, name: body.name.trim(), expires_at } })
    },
    onDone: (key) => {
      setMade(key)
      void client.invalidateQueries({ queryKey: keysKey })
    },
  })
  if (made) return <Made made={made} onClose={onClose} />
  return (
    <Modal opened onClose={onClose} title={t('keys.create_title')} size="lg" closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <form className={css.form} onSubmit={onSubmit} noValidate>
        <ProblemAlert error={problem} />
        <TextInput data-autofocus label={t('keys.name')} description={t('keys.name_hint')} maxLength={80} key={form.key('name')} {...form.getInputProps('name')} />
        <Checkbox.Group label={t('keys.scopes')} key={form.key('scopes')} {...form.getInputProps('scopes')}>
          <div className={css.scopes}>
            {scopes.map((s) => (
              <Checkbox key={s} value={s} label={t(`scope.${s}`)} />
            ))}
          </div>
        </Checkbox.Group>
        <Select
          label={t('keys.lifetime')}
          allowDeselect={false}
          data={lifetimes.map((d) => ({ value: d, label: t(`keys.days_${d || 'forever'}`) }))}
          key={form.key('days')}
          {...form.getInputProps('days')}
        />
        <TagsInput
          label={t('keys.addresses')}
          description={t('keys.addresses_hint')}
          key={form.key('allowed_addresses')}
          {...form.getInputProps('allowed_addresses')}
        />
        <div className={`${css.buttons} ${css.end}`}>
          <Button variant="default" onClick={onClose}>
            {t('ui:cancel')}
          </Button>
          <Button type="submit" loading={busy}>
            {t('keys.create')}
          </Button>
        </div>
      </form>
    </Modal>
  )
}

function Made({ made, onClose }: { made: NewApiKey; onClose: () => void }) {
  const { t } = useTranslation('settings')
  return (
    <Modal opened onClose={onClose} title={t('keys.made_title')} size="lg" closeOnClickOutside={false} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <div className={css.stack}>
        <p>{t('keys.made_text')}</p>
        <CopyField label={made.name} value={made.token} />
        <div className={`${css.buttons} ${css.end}`}>
          <Button onClick={onClose}>{t('keys.saved')}</Button>
        </div>
      </div>
    </Modal>
  )
}
