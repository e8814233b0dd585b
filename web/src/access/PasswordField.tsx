import { PasswordInput } from '@mantine/core'
import { type ComponentProps, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { strength } from '@/lib/rules'
import css from './GuestCard.module.css'

type Props = ComponentProps<typeof PasswordInput> & {
  /** For a new password: judges it in words while it is typed. */
  judge?: boolean
}

/** PasswordField has a button that shows what is typed, and helps password managers. */
export function PasswordField({ judge, onChange, ...rest }: Props) {
  const { t } = useTranslation('access')
  const [text, setText] = useState('')
  const [shown, setShown] = useState(false)
  const how = strength(text)
  return (
    <div>
      <PasswordInput
        autoComplete={judge ? 'new-password' : 'current-password'}
        visible={shown}
        onVisibilityChange={setShown}
        visibilityToggleButtonProps={{ 'aria-label': shown ? t('password.hide') : t('password.show'), tabIndex: 0, 'aria-hidden': false }}
        {...rest}
        onChange={(e) => {
          setText(e.currentTarget.value)
          onChange?.(e)
        }}
      />
      {judge && (
        <span className={css.strength} data-strength={text ? how : undefined} aria-live="polite">
          {text ? t(`password.${how}`) : t('password.rule')}
        </span>
      )}
    </div>
  )
}
