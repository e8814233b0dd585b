import { useRef, useState } from 'react'
import css from './CodeInput.module.css'

interface Props {
  label: string
  value: string
  onChange: (code: string) => void
  /** Called once the last digit is in. */
  onComplete: (code: string) => void
  length?: number
  error?: string
  disabled?: boolean
  autoFocus?: boolean
}

/**
 * CodeInput draws boxes and is one field: pasting, autofill from the letter and password managers just work.
 * The boxes are a picture of the value; the real input lies over them.
 */
export function CodeInput({ label, value, onChange, onComplete, length = 6, error, disabled, autoFocus }: Props) {
  const input = useRef<HTMLInputElement>(null)
  const [focused, setFocused] = useState(false)
  const take = (text: string) => {
    const code = text.replace(/\D/g, '').slice(0, length)
    onChange(code)
    if (code.length === length && code !== value) onComplete(code)
  }
  return (
    <div className={css.field}>
      <label className={css.label} htmlFor="code">
        {label}
      </label>
      <div className={css.boxes} data-error={error ? true : undefined} data-disabled={disabled || undefined}>
        <input
          ref={input}
          id="code"
          className={css.input}
          inputMode="numeric"
          autoComplete="one-time-code"
          pattern="[0-9]*"
          maxLength={length + 4}
          value={value}
          readOnly={disabled} // not disabled: that would lose the focus, which the next try needs
          autoFocus={autoFocus}
          aria-invalid={error ? true : undefined}
          aria-describedby={error ? 'code-error' : undefined}
          onChange={(e) => take(e.currentTarget.value)}
          onFocus={() => setFocused(true)}
          onBlur={() => setFocused(false)}
        />
        {Array.from({ length }, (_, i) => (
          <span
            key={i}
            aria-hidden
            className={css.box}
            data-active={(focused && i === Math.min(value.length, length - 1)) || undefined}
          >
            {value[i] ?? ''}
          </span>
        ))}
      </div>
      {error && (
        <p id="code-error" className={css.error} role="alert">
          {error}
        </p>
      )}
    </div>
  )
}
