import { Button, Modal, Textarea } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import * as v from 'valibot'
import { acknowledgeIncident, type Incident } from '@/api'
import css from '@/ui/Form.module.css'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { useApiForm } from '@/ui/useApiForm'

interface Props {
  incident: Incident
  onClose: () => void
  onDone: () => void
}

/** Acknowledge takes note of an incident, with words for the next operator. */
export function Acknowledge({ incident: i, onClose, onDone }: Props) {
  const { t } = useTranslation('incidents')
  const { form, busy, problem, onSubmit } = useApiForm({
    initial: { note: i.note },
    schema: v.object({ note: v.string() }),
    send: (x) => acknowledgeIncident({ path: { id: i.id }, body: { note: x.note.trim() } }),
    onDone,
  })
  return (
    <Modal opened onClose={onClose} title={t('take.title', { subject: i.subject, list: i.list })} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <form className={css.form} onSubmit={onSubmit} noValidate>
        <p>{t('take.text')}</p>
        <Textarea label={t('take.note')} description={t('take.note_hint')} maxLength={500} autosize minRows={2} data-autofocus key={form.key('note')} {...form.getInputProps('note')} />
        <ProblemAlert error={problem} />
        <div className={`${css.buttons} ${css.end}`}>
          <Button variant="default" onClick={onClose}>
            {t('ui:cancel')}
          </Button>
          <Button type="submit" loading={busy}>
            {t('take.action')}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
