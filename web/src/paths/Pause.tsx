import { Button, Modal, Select, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import * as v from 'valibot'
import { pausePath } from '@/api'
import css from '@/ui/Form.module.css'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { useApiForm } from '@/ui/useApiForm'
import type { Place } from './path'

interface Props {
  place: Place
  onClose: () => void
  onDone: () => void
}

// Hours of a pause; the empty choice lasts until somebody resumes.
const hours = ['', '1', '4', '24', '168']

/** Pause asks why and for how long a path should rest. */
export function Pause({ place, onClose, onDone }: Props) {
  const { t } = useTranslation('paths')
  const { form, busy, problem, onSubmit } = useApiForm({
    initial: { reason: '', hours: '' },
    schema: v.object({ reason: v.pipe(v.string(), v.trim(), v.nonEmpty('required')), hours: v.string() }),
    send: (x) =>
      pausePath({
        body: { ...place.name, reason: x.reason.trim(), until: x.hours ? new Date(Date.now() + Number(x.hours) * 3_600_000).toISOString() : undefined },
      }),
    onDone,
  })
  return (
    <Modal opened onClose={onClose} title={t('pause.title', { name: place.title })} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <form className={css.form} onSubmit={onSubmit} noValidate>
        <p>{t('pause.text')}</p>
        <TextInput label={t('pause.reason')} description={t('pause.reason_hint')} maxLength={200} data-autofocus key={form.key('reason')} {...form.getInputProps('reason')} />
        <Select
          label={t('pause.until')}
          data={hours.map((h) => ({ value: h, label: t(`pause.hours_${h || 'open'}`) }))}
          allowDeselect={false}
          key={form.key('hours')}
          {...form.getInputProps('hours')}
        />
        <ProblemAlert error={problem} />
        <div className={`${css.buttons} ${css.end}`}>
          <Button variant="default" onClick={onClose}>
            {t('ui:cancel')}
          </Button>
          <Button type="submit" loading={busy}>
            {t('pause.action')}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
