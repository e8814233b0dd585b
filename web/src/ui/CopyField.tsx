import { Button } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import css from './CopyField.module.css'

interface Props {
  label: string
  value: string
  /** Several lines (recovery codes, DNS records). */
  block?: boolean
}

/** CopyField shows a text in a monospace box with a button that copies it. */
export function CopyField({ label, value, block }: Props) {
  return (
    <div className={css.field}>
      <span className={css.label}>{label}</span>
      <div className={css.box} data-block={block || undefined}>
        <code className={css.value}>{value}</code>
        <CopyButton value={value} what={label} />
      </div>
    </div>
  )
}

/** CopyButton copies and says so for 2 seconds. Where the clipboard is closed, the text stays selectable. */
export function CopyButton({ value, what }: { value: string; what: string }) {
  const { t } = useTranslation('ui')
  const [state, set] = useState<'idle' | 'done' | 'failed'>('idle')
  useEffect(() => {
    if (state === 'idle') return
    const timer = setTimeout(() => set('idle'), 2000)
    return () => clearTimeout(timer)
  }, [state])
  const copy = () =>
    navigator.clipboard.writeText(value).then(
      () => set('done'),
      () => set('failed'),
    )
  const text = { idle: t('copy.copy'), done: t('copy.done'), failed: t('copy.failed') }[state]
  return (
    <Button
      variant="default"
      size="xs"
      onClick={() => void copy()}
      leftSection={state === 'done' ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
      aria-label={`${text}: ${what}`}
    >
      <span aria-live="polite">{text}</span>
    </Button>
  )
}
