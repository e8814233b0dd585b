import { Button, Modal, Radio, Select, Textarea, TextInput } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import * as v from 'valibot'
import { type Consent, type Contact, grantConsent, listConsents, once, type Topic, withdrawConsent } from '@/api'
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
import { inLang, useTopics } from './consent'
import { ConsentPill } from './ConsentPill'

const key = (id: string) => ['consents', id]

/** Consents shows what a person agreed to, when, by which words, and lets it be recorded or taken back (AUD-1). */
export function Consents({ contact }: { contact: Contact }) {
  const { t } = useTranslation('contact')
  const canEdit = useCan('contacts.edit')
  const [dialog, setDialog] = useState<'grant' | 'withdraw' | null>(null)
  const topics = useTopics()
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
                <Record key={c.id} consent={c} topics={topics.data ?? []} />
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

function Record({ consent: c, topics }: { consent: Consent; topics: Topic[] }) {
  const { t, i18n } = useTranslation('contact')
  const fmt = useFmt()
  const evidence = Object.entries(c.evidence ?? {})
  const topic = topics.find((x) => x.id === c.topic)
  return (
    <li className={form.row}>
      <div className={form.main}>
        <div className={form.name}>
          <ConsentPill state={c.action} />
          <span>
            {t(`channel.${c.channel}`)} · {t(`purpose.${c.purpose}`)}
            {topic && ` · ${inLang(topic.name, i18n.language)}`}
          </span>
        </div>
        <div className="subtle">
          {fmt.dateTime(c.obtained_at ?? c.at)} · {t(`source.${c.source}`, { defaultValue: c.source })}
          {c.ip && ` · ${c.ip}`}
        </div>
        {c.wording && (
          <p className="muted">
            {fmt.quote(c.wording)}{c.wording_version ? ` ${t('consents.version', { n: c.wording_version })}` : ''}
          </p>
        )}
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

function Pair({ name, value }: { name: string; value: string }) {
  const { t } = useTranslation('contact')
  return (
  <>
    <dt>{t(`evidence.${name}`, { defaultValue: name })}</dt>
    <dd>{value}</dd>
  </>
  )
}

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
  topic: v.nullable(v.string()),
  wording: v.pipe(required, v.maxLength(2000, 'too_long')),
  proof: v.pipe(v.string(), v.maxLength(500, 'too_long')),
  day: v.string(),
})

function Grant({ contact, onClose }: { contact: string; onClose: () => void }) {
  const { t } = useTranslation('contact')
  const [idempotency] = useState(once)
  const done = useSettled(contact, onClose, t('grant.done'))
  const { form: f, busy, problem, onSubmit } = useApiForm({
    initial: { purpose: 'advertising', topic: '' as string | null, wording: '', proof: '', day: '' },
    schema: grantForm,
    send: ({ purpose, topic, wording, proof, day }) =>
      grantConsent({
        path: { id: contact },
        headers: idempotency,
        body: {
          channel: 'email',
          purpose: purpose as 'advertising',
          topic: topicOf(purpose, topic),
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
        <About form={f} />
        <Textarea label={t('grant.wording')} description={t('grant.wording_hint')} data-autofocus autosize minRows={2} maxLength={2000} key={f.key('wording')} {...f.getInputProps('wording')} />
        <TextInput label={t('grant.proof')} description={t('grant.proof_hint')} maxLength={500} key={f.key('proof')} {...f.getInputProps('proof')} />
        <TextInput label={t('grant.day')} type="date" max={new Date().toISOString().slice(0, 10)} key={f.key('day')} {...f.getInputProps('day')} />
        <Buttons busy={busy} onClose={onClose} action={t('consents.grant')} />
      </form>
    </Modal>
  )
}

const topicOf = (purpose: string, topic: string | null) => (purpose === 'advertising' && topic ? topic : undefined)

interface AboutValues extends Record<string, unknown> {
  purpose: string
  topic: string | null
}

// What is agreed to or taken back: the purpose, and for advertising one topic if the account has any.
function About<T extends AboutValues>({ form: f }: { form: UseFormReturnType<T> }) {
  const { t, i18n } = useTranslation('contact')
  const topics = useTopics()
  const [purpose, setPurpose] = useState(f.getValues().purpose)
  f.watch('purpose', ({ value }) => setPurpose(value as string))
  const choice = topics.data?.filter((x) => !x.archived).map((x) => ({ value: x.id, label: inLang(x.name, i18n.language) })) ?? []
  return (
    <>
      <Radio.Group label={t('grant.purpose')} key={f.key('purpose')} {...f.getInputProps('purpose')}>
        <div className={form.choices}>
          {(['advertising', 'third_party', 'transactional'] as const).map((p) => (
            <Radio key={p} value={p} label={t(`purpose.${p}`)} />
          ))}
        </div>
      </Radio.Group>
      {purpose === 'advertising' && choice.length > 0 && (
        <Select label={t('grant.topic')} allowDeselect={false} data={[{ value: '', label: t('grant.topic_all') }, ...choice]} key={f.key('topic')} {...f.getInputProps('topic')} />
      )}
    </>
  )
}

function Withdraw({ contact, onClose }: { contact: string; onClose: () => void }) {
  const { t } = useTranslation('contact')
  const done = useSettled(contact, onClose, t('withdraw.done'))
  const { form: f, busy, problem, onSubmit } = useApiForm({
    initial: { purpose: 'advertising', topic: '' as string | null, note: '' },
    send: ({ purpose, topic, note }) =>
      withdrawConsent({ path: { id: contact }, body: { channel: 'email', purpose: purpose as 'advertising', topic: topicOf(purpose, topic), note } }),
    onDone: done,
  })
  return (
    <Modal opened onClose={onClose} title={t('withdraw.title')} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <form className={form.form} onSubmit={onSubmit} noValidate>
        <ProblemAlert error={problem} />
        <p className="subtle">{t('withdraw.hint')}</p>
        <About form={f} />
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
