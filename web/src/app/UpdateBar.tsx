import { Button } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import css from './UpdateBar.module.css'

/** Says that a new version is out when a part of the old one can no longer be loaded. */
export function UpdateBar() {
  const { t } = useTranslation()
  const [shown, show] = useState(false)
  useEffect(() => {
    const on = () => show(true)
    document.addEventListener('keruen:update', on)
    return () => document.removeEventListener('keruen:update', on)
  }, [])
  if (!shown) return null
  return (
    <div className={css.bar} role="alert">
      <span>{t('update.text')}</span>
      <Button size="xs" onClick={() => location.reload()}>
        {t('update.reload')}
      </Button>
    </div>
  )
}
