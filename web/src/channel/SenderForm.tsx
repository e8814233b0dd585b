import { Button, Checkbox, NumberInput, PasswordInput, Radio, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import * as v from 'valibot'
import type { CreateSenderInputBodyWritable, Sender } from '@/api'
import { email, required } from '@/lib/rules'
import form from '@/ui/Form.module.css'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { useApiForm } from '@/ui/useApiForm'

export type SenderDraft = Omit<CreateSenderInputBodyWritable, 'channel'>

interface Props {
  sender?: Sender
  action: string
  send: (draft: SenderDraft) => Promise<Sender>
  onDone: (s: Sender) => void
  onCancel?: () => void
}

const draft = v.looseObject({
  name: v.pipe(required, v.maxLength(80, 'sender.name')),
  address: email,
})

/** SenderForm asks for the address that letters come from and the way they go out. */
export function SenderForm({ sender: s, action, send, onDone, onCancel }: Props) {
  const { t } = useTranslation('channel')
  const [kind, setKind] = useState(s?.route.kind ?? 'direct')
  const { form: f, busy, problem, onSubmit } = useApiForm({
    initial: {
      name: s?.name ?? '',
      address: s?.address ?? '',
      reply_to: s?.reply_to ?? '',
      bounce_domain: s?.bounce_domain ?? '',
      route: { host: s?.route.host ?? '', port: s?.route.port ?? 587, tls: (s?.route.tls ?? 'starttls') as string, user: s?.route.user ?? '', password: '', relay_signs: s?.route.relay_signs ?? false },
    },
    schema: draft as never,
    send: ({ route, ...rest }) =>
      send({ ...rest, route: kind === 'direct' ? { kind } : { kind, ...route, port: Number(route.port), tls: route.tls as 'starttls', password: route.password || undefined } }),
    onDone,
  })
  return (
    <form className={form.form} onSubmit={onSubmit} noValidate>
      <ProblemAlert error={problem} />
      <TextInput label={t('form.name')} description={t('form.name_hint')} maxLength={80} key={f.key('name')} {...f.getInputProps('name')} />
      <TextInput label={t('form.address')} description={t('form.address_hint')} type="email" autoComplete="off" key={f.key('address')} {...f.getInputProps('address')} />
      <TextInput label={t('form.reply_to')} description={t('form.reply_to_hint')} type="email" autoComplete="off" key={f.key('reply_to')} {...f.getInputProps('reply_to')} />
      <TextInput label={t('form.bounce_domain')} description={t('form.bounce_domain_hint')} placeholder="b.example.kz" autoComplete="off" key={f.key('bounce_domain')} {...f.getInputProps('bounce_domain')} />
      <Radio.Group label={t('form.route')} value={kind} onChange={(x) => setKind(x as typeof kind)}>
        <div className={form.stack}>
          <Radio value="direct" label={t('route.direct')} description={t('route.direct_hint')} />
          <Radio value="relay" label={t('route.relay')} description={t('route.relay_hint')} />
        </div>
      </Radio.Group>
      {kind === 'relay' && (
        <>
          <div className={form.pair}>
            <TextInput label={t('relay.host')} placeholder="smtp.example.kz" key={f.key('route.host')} {...f.getInputProps('route.host')} />
            <NumberInput label={t('relay.port')} min={1} max={65535} hideControls allowDecimal={false} key={f.key('route.port')} {...f.getInputProps('route.port')} />
          </div>
          <Select
            label={t('relay.tls')}
            allowDeselect={false}
            data={(['starttls', 'implicit', 'opportunistic', 'off'] as const).map((value) => ({ value, label: t(`relay.tls_${value}`) }))}
            key={f.key('route.tls')}
            {...f.getInputProps('route.tls')}
          />
          <div className={form.pair}>
            <TextInput label={t('relay.user')} autoComplete="off" key={f.key('route.user')} {...f.getInputProps('route.user')} />
            <PasswordInput
              label={t('relay.password')}
              description={s?.route.has_password ? t('relay.password_kept') : undefined}
              autoComplete="new-password"
              visibilityToggleButtonProps={{ 'aria-label': t('relay.show') }}
              key={f.key('route.password')}
              {...f.getInputProps('route.password')}
            />
          </div>
          <Checkbox
            label={t('relay.signs')}
            description={t('relay.signs_hint')}
            key={f.key('route.relay_signs')}
            {...f.getInputProps('route.relay_signs', { type: 'checkbox' })}
          />
        </>
      )}
      <div className={form.buttons}>
        <Button type="submit" loading={busy}>
          {action}
        </Button>
        {onCancel && (
          <Button variant="default" onClick={onCancel}>
            {t('ui:cancel')}
          </Button>
        )}
      </div>
    </form>
  )
}
