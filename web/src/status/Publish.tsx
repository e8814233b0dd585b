import { Button, Checkbox, Modal, Radio, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import * as v from 'valibot'
import { type OutageInputBody, publishOutage } from '@/api'
import { useMe } from '@/app/session'
import { instantOf } from '@/campaign/schedule'
import css from '@/ui/Form.module.css'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { useApiForm } from '@/ui/useApiForm'
import { Texts } from './Texts'

interface Props {
  onClose: () => void
  onDone: () => void
}

const parts = ['database', 'sending', 'work', 'mail_in'] as const
const words = { ru: '', kk: '', en: '' }

/** Publish tells visitors of a fault or of planned work. */
export function Publish({ onClose, onDone }: Props) {
  const { t } = useTranslation('status')
  const { zone } = useMe().account
  const [kind, setKind] = useState('fault')
  const { form, busy, problem, onSubmit } = useApiForm({
    initial: { impact: 'slow', parts: [] as string[], title: { ...words }, text: { ...words }, starts_at: '', ends_at: '' },
    schema: v.looseObject({
      parts: v.pipe(v.array(v.string()), v.minLength(1, 'status.parts')),
      title: v.looseObject({ ru: v.pipe(v.string(), v.trim(), v.nonEmpty('status.words')) }),
      text: v.looseObject({ ru: v.pipe(v.string(), v.trim(), v.nonEmpty('status.words')) }),
    }) as never,
    send: (x) => publishOutage({ body: bodyOf({ ...x, kind }, zone) }),
    onDone,
  })
  return (
    <Modal opened onClose={onClose} size="lg" title={t('publish.title')} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <form className={css.form} onSubmit={onSubmit} noValidate>
        <Radio.Group label={t('publish.kind')} value={kind} onChange={setKind}>
          <div className={css.choices}>
            <Radio value="fault" label={t('kind.fault')} />
            <Radio value="planned" label={t('kind.planned')} />
          </div>
        </Radio.Group>
        <Radio.Group label={t('publish.impact')} key={form.key('impact')} {...form.getInputProps('impact')}>
          <div className={css.choices}>
            <Radio value="slow" label={t('state.slow')} />
            <Radio value="down" label={t('state.down')} />
          </div>
        </Radio.Group>
        <Checkbox.Group label={t('publish.parts')} key={form.key('parts')} {...form.getInputProps('parts')}>
          <div className={css.choices}>
            {parts.map((p) => (
              <Checkbox key={p} value={p} label={t(`part.${p}`)} />
            ))}
          </div>
        </Checkbox.Group>
        {kind === 'planned' && (
          <div className={css.pair}>
            <TextInput type="datetime-local" label={t('publish.starts', { zone })} required key={form.key('starts_at')} {...form.getInputProps('starts_at')} />
            <TextInput type="datetime-local" label={t('publish.ends')} required key={form.key('ends_at')} {...form.getInputProps('ends_at')} />
          </div>
        )}
        <Texts form={form} path="title" label={t('publish.name')} maxLength={120} />
        <Texts form={form} path="text" label={t('publish.text')} maxLength={2000} long />
        <ProblemAlert error={problem} />
        <div className={`${css.buttons} ${css.end}`}>
          <Button variant="default" onClick={onClose}>
            {t('ui:cancel')}
          </Button>
          <Button type="submit" loading={busy}>
            {t('publish.action')}
          </Button>
        </div>
      </form>
    </Modal>
  )
}

interface Draft {
  kind: string
  impact: string
  parts: string[]
  title: typeof words
  text: typeof words
  starts_at: string
  ends_at: string
}

function bodyOf(x: Draft, zone: string): OutageInputBody {
  const { starts_at, ends_at, ...rest } = x
  const body = rest as OutageInputBody
  if (x.kind !== 'planned') return body
  return { ...body, starts_at: instant(starts_at, zone), ends_at: instant(ends_at, zone) }
}

const instant = (local: string, zone: string) => (local ? instantOf(local, zone).toISOString() : undefined)
