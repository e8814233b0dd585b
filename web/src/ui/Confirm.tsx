import { Button, Modal, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ProblemAlert } from './ProblemAlert'
import css from './Confirm.module.css'

interface Props {
  opened: boolean
  onClose: () => void
  /** Names the object and the number: "Удалить 1 204 контакта навсегда?" */
  title: string
  children?: ReactNode
  /** Names the result: "Удалить 1 204 контакта". */
  action: string
  onConfirm: () => Promise<unknown>
  danger?: boolean
  /** Over 1 000 objects the person types the number. */
  typeToConfirm?: string
}

/** Confirm asks before what cannot be undone. The safe button has the focus. */
export function Confirm({ opened, onClose, title, children, action, onConfirm, danger = true, typeToConfirm }: Props) {
  const { t } = useTranslation('ui')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const [typed, setTyped] = useState('')
  const close = () => {
    setError(null)
    setTyped('')
    onClose()
  }
  const confirm = async () => {
    setBusy(true)
    setError(null)
    try {
      await onConfirm()
      close()
    } catch (e) {
      setError(e)
    } finally {
      setBusy(false)
    }
  }
  const ready = !typeToConfirm || typed.replace(/\s/g, '') === typeToConfirm
  return (
    <Modal opened={opened} onClose={close} title={title} closeButtonProps={{ 'aria-label': t('close') }}>
      <div className={css.body}>
        {children}
        {typeToConfirm && (
          <TextInput
            label={t('confirm.type', { number: typeToConfirm })}
            value={typed}
            onChange={(e) => setTyped(e.currentTarget.value)}
            inputMode="numeric"
          />
        )}
        <ProblemAlert error={error} />
        <div className={css.buttons}>
          <Button variant="default" onClick={close} data-autofocus>
            {t('cancel')}
          </Button>
          <Button color={danger ? 'red' : undefined} loading={busy} disabled={!ready} onClick={() => void confirm()}>
            {action}
          </Button>
        </div>
      </div>
    </Modal>
  )
}
