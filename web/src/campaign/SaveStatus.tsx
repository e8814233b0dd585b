import { Button, Modal } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { problemOf, problemText } from '@/lib/errors'
import { useFmt } from '@/lib/useFmt'
import form from '@/ui/Form.module.css'
import type { SaveState } from './autosave'

/** SaveStatus tells whether what is on screen is safe. */
export function SaveStatus({ state }: { state: SaveState }) {
  const { t } = useTranslation('campaign')
  const fmt = useFmt()
  const text = {
    saved: state.is === 'saved' && state.at ? t('save.saved', { time: fmt.time(state.at) }) : t('save.all'),
    waiting: t('save.saving'),
    saving: t('save.saving'),
    offline: t('save.offline'),
    stale: t('save.stale'),
    refused: state.is === 'refused' ? problemText(problemOf(state.error)) : '',
  }[state.is]
  return <span role="status">{text}</span>
}

interface StaleProps {
  onMine: () => void
  onTheirs: () => void
}

/** StaleDialog asks whose version stays after somebody else changed the draft. */
export function StaleDialog({ onMine, onTheirs }: StaleProps) {
  const { t } = useTranslation('campaign')
  return (
    <Modal opened onClose={onMine} withCloseButton={false} closeOnClickOutside={false} closeOnEscape={false} title={t('stale.title')}>
      <div className={form.stack}>
        <p>{t('stale.text')}</p>
        <div className={`${form.buttons} ${form.end}`}>
          <Button variant="default" onClick={onTheirs}>
            {t('stale.theirs')}
          </Button>
          <Button onClick={onMine} data-autofocus>
            {t('stale.mine')}
          </Button>
        </div>
      </div>
    </Modal>
  )
}
