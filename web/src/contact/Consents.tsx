import { Button, Modal, Radio, Textarea, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import * as v from 'valibot'
import { type Consent, type Contact, grantConsent, listConsents, once, withdrawConsent } from '@/api'
import { useCan } from '@/app/session'
import { required } from '@/lib/rules'
import { useFmt } from '@/lib/useFmt'
import { EmptyState } from '@/ui/EmptyState'
import form from '@/ui/Form.module.css'
import { Loaded } from '@/ui/Loaded'
import { Panel } from '@/ui/Panel'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { toastDone } from '@/ui/toast'
import { useApiForm } from '@/ui/useApiForm'
import { contactKey, contactsKey } from './contact'
import { ConsentPill } from './ConsentPill'

const key = (id: string) => ['consents', id]

/** Consents shows what a person agreed to, when, by which words, and lets it be recorded or taken back (AUD-1). */
export function Consents({ contact }: { contact: Contact }) {
  const { t } = useTranslation('contact')
  const canEdit = useCan('contacts.edit')
  const [dialog, setDialog] = useState<'grant' | 'withdraw' | null>(null)
  const query = useQuery({ queryKey: key(contact.id), queryFn: async ({ signal }) => (await listConsents({ path: { id: contact.id }, signal })).items })
  const granted = contact.consents?.some((s) => s.state === 'granted')
  const aside = canEdit && (
    <>
      <Button variant="default" onClick={() => setDialog('grant')}>
        {t('consents.grant')}
      </Button>
      {granted && (
        <Button variant="default" onClick={() => setDialog('withdraw')}>
          {t('consents.withdraw')}
        </Button>
      )}
    </>
  )
  return (
    <Panel title={t('consents.title')} aside={aside} flush>
      <Loaded query={query}>
        {(all) =>
          all.length === 0 ? (
            <EmptyState title={t('consents.empty')} text={t('consents.empty_text')} />
          ) : (
            <ul className={form.rows}>
              {all.map((c) => (
                <Record key={c.id} consent={c} />
              ))}
            </ul>
          )
        }
      </Loaded>
      {dialog === 'grant' && <Grant contact={contact.id} onClose={() => setDialog(null)} />}
      {dialog === 'withdraw' && <Withdraw contact={contact.id} onClose={() => setDialog(null)} />}
    </Panel>
  )
}

function Record({ consent: c }: { consent: Consent }) {
  const { t } = useTranslation('contact')
  const fmt = useFmt()
  const evidence = Object.entries(c.evidence ?? {})
  return (
    <li className={form.row}>
      <div className={form.main}>
        <div className={form.name}>
          <ConsentPill state={c.action} />
          <span>
            {t(`channel.${c.channel}`)} · {t(`purpose.${c.purpose}`)}
          </span>
        </div>
        <div className="subtle">
          {fmt.dateTime(c.obtained_at ?? c.at)} · {t(`source.${c.source}`, { defaultValue: c.source })}
          {c.ip && ` · ${c.ip}`}
        </div>
        {c.wording && <p className="muted">«{c.wording}»</p>}
        {evidence.length > 0 && (
          <details>
            <summary>{t('consents.evidence')}</summary>
            <dl className={form.facts}>
              {evidence.map(([name, value]) => (
                <Pair key={name} name={name} value={value} />
              ))}
            </dl>
          </details>
        )}
      </div>
    </li>
  )
}

const Pair = ({ name, value }: { name: string; value: string }) => (
  <>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </>
)

function useSettled(contact: string, onClose: () => void, done: string) {
  const client = useQueryClient()
  return () => {
    for (const queryKey of [contactKey(contact), key(contact), ['timeline', contact], contactsKey]) void client.invalidateQueries({ queryKey })
    toastDone(done)
    onClose()
  }
}

const grantForm = v.object({
  purpose: v.string(),
  wording: v.pipe(required, v.maxLength(2000, 'too_long')),
  proof: v.pipe(v.string(), v.maxLength(500, 'too_long')),
  day: v.string(),
})

function Grant({ contact, onClose }: { contact: string; onClose: () => void }) {
  const { t } = useTranslation('contact')
  const [idempotency] = useState(once)
  const done = useSettled(contact, onClose, t('grant.done'))
  const { form: f, busy, problem, onSubmit } = useApiForm({
    initial: { purpose: 'advertising', wording: '', proof: '', day: '' },
    schema: grantForm,
    send: ({ purpose, wording, proof, day }) =>
      grantConsent({
        path: { id: contact },
        headers: idempotency,
        body: {
          channel: 'email',
          purpose: purpose as 'advertising',
          source: 'hand',
          wording: wording.trim(),
          evidence: proof ? { proof } : undefined,
          obtained_at: day ? new Date(`${day}T12:00:00Z`).toISOString() : undefined,
        },
      }),
    onDone: done,
  })
  return (
    <Modal opened onClose={onClose} title={t('grant.title')} size="lg" closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <form className={form.form} onSubmit={onSubmit} noValidate>
        <ProblemAlert error={problem} />
        <p className="subtle">{t('grant.hint')}</p>
        <Purpose label={t('grant.purpose')} props={f.getInputProps('purpose')} key={f.key('purpose')} />
        <Textarea label={t('grant.wording')} description={t('grant.wording_hint')} data-autofocus autosize minRows={2} maxLength={2000} key={f.key('wording')} {...f.getInputProps('wording')} />
        <TextInput label={t('grant.proof')} description={t('grant.proof_hint')} maxLength={500} key={f.key('proof')} {...f.getInputProps('proof')} />
        <TextInput label={t('grant.day')} type="date" max={new Date().toISOString().slice(0, 10)} key={f.key('day')} {...f.getInputProps('day')} />
        <Buttons busy={busy} onClose={onClose} action={t('consents.grant')} />
      </form>
    </Modal>
  )
}

const Purpose = ({ label, props }: { label: string; props: object }) => {
  const { t } = useTranslation('contact')
  return (
    <Radio.Group label={label} {...props}>
      <div className={form.choices}>
        <Radio value="advertising" label={t('purpose.advertising')} />
        <Radio value="transactional" label={t('purpose.transactional')} />
      </div>
    </Radio.Group>
  )
}

function Withdraw({ contact, onClose }: { contact: string; onClose: () => void }) {
  const { t } = useTranslation('contact')
  const done = useSettled(contact, onClose, t('withdraw.done'))
  const { form: f, busy, problem, onSubmit } = useApiForm({
    initial: { purpose: 'advertising', note: '' },
    send: ({ purpose, note }) => withdrawConsent({ path: { id: contact }, body: { channel: 'email', purpose: purpose as 'advertising', note } }),
    onDone: done,
  })
  return (
    <Modal opened onClose={onClose} title={t('withdraw.title')} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <form className={form.form} onSubmit={onSubmit} noValidate>
        <ProblemAlert error={problem} />
        <p className="subtle">{t('withdraw.hint')}</p>
        <Purpose label={t('grant.purpose')} props={f.getInputProps('purpose')} key={f.key('purpose')} />
        <Textarea label={t('withdraw.note')} autosize minRows={2} maxLength={500} key={f.key('note')} {...f.getInputProps('note')} />
        <Buttons busy={busy} onClose={onClose} action={t('consents.withdraw')} />
      </form>
    </Modal>
  )
}

function Buttons({ busy, onClose, action }: { busy: boolean; onClose: () => void; action: string }) {
  const { t } = useTranslation('contact')
  return (
    <div className={`${form.buttons} ${form.end}`}>
      <Button variant="default" onClick={onClose}>
        {t('ui:cancel')}
      </Button>
      <Button type="submit" loading={busy}>
        {action}
      </Button>
    </div>
  )
}
