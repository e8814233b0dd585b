import { Button, Modal, Radio } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import * as v from 'valibot'
import { type Outage, type OutageUpdateInputBody, updateOutage } from '@/api'
import css from '@/ui/Form.module.css'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { useApiForm } from '@/ui/useApiForm'
import { Texts } from './Texts'

interface Props {
  outage: Outage
  onClose: () => void
  onDone: () => void
}

const stages = { fault: ['seen', 'found', 'watching', 'over'], planned: ['planned', 'over'] } as const

/** Tell adds a message to an outage, or ends it. */
export function Tell({ outage: o, onClose, onDone }: Props) {
  const { t } = useTranslation('status')
  const { form, busy, problem, onSubmit } = useApiForm({
    initial: { stage: o.updates[0]?.stage ?? 'seen', text: { ru: '', kk: '', en: '' } } as Draft,
    schema: v.looseObject({ text: v.looseObject({ ru: v.pipe(v.string(), v.trim(), v.nonEmpty('status.words')) }) }) as never,
    send: (x: Draft) => updateOutage({ path: { id: o.id }, body: x as OutageUpdateInputBody }),
    onDone,
  })
  return (
    <Modal opened onClose={onClose} size="lg" title={o.title.ru} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <form className={css.form} onSubmit={onSubmit} noValidate>
        <Radio.Group label={t('tell.stage')} key={form.key('stage')} {...form.getInputProps('stage')}>
          <div className={css.choices}>
            {stages[o.kind].map((s) => (
              <Radio key={s} value={s} label={t(`stage.${s}`)} />
            ))}
          </div>
        </Radio.Group>
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

interface Draft extends Record<string, unknown> {
  stage: string
  text: { ru: string; kk: string; en: string }
}
