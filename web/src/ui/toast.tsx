import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react'
import i18next from 'i18next'
import { problemOf, problemText } from '@/lib/errors'
import css from './toast.module.css'

const closeButtonProps = () => ({ 'aria-label': i18next.t('ui:close') })

/** toastDone tells the result of what the person just did. */
export function toastDone(text: string): void {
  notifications.show({
    message: text,
    color: 'green',
    icon: <IconCheck size={18} aria-hidden />,
    closeButtonProps: closeButtonProps(),
  })
}

/** toastProblem tells why it did not work; it stays until it is closed. */
export function toastProblem(error: unknown): void {
  notifications.show({
    message: problemText(problemOf(error)),
    color: 'red',
    icon: <IconAlertTriangle size={18} aria-hidden />,
    autoClose: false,
    closeButtonProps: closeButtonProps(),
  })
}

interface Undo {
  text: string
  /** Takes the deed back. */
  undo: () => void
  /** Seconds to think it over; 10 by default. */
  seconds?: number
}

/** toastUndo offers to take a deed back. */
export function toastUndo({ text, undo, seconds = 10 }: Undo): void {
  const id = notifications.show({
    autoClose: seconds * 1000,
    closeButtonProps: closeButtonProps(),
    message: (
      <span className={css.undo}>
        <span>{text}</span>
        <Button
          size="xs"
          variant="default"
          onClick={() => {
            notifications.hide(id)
            undo()
          }}
        >
          {i18next.t('ui:undo')}
        </Button>
      </span>
    ),
  })
}
