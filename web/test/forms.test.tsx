import { MantineProvider, TextInput } from '@mantine/core'
import { render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import i18next from 'i18next'
import * as v from 'valibot'
import { initReactI18next } from 'react-i18next'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import errors from '@/i18n/ru/errors.json'
import ui from '@/i18n/ru/ui.json'
import { email } from '@/lib/rules'
import { CodeInput } from '@/ui/CodeInput'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { useApiForm } from '@/ui/useApiForm'
import { useState } from 'react'

beforeAll(() =>
  i18next.use(initReactI18next).init({ lng: 'ru', resources: { ru: { errors, ui } }, keySeparator: false, interpolation: { escapeValue: false } }),
)

function Form({ send }: { send: (x: { email: string }) => Promise<unknown> }) {
  const { form, problem, onSubmit } = useApiForm({ initial: { email: '' }, schema: v.object({ email }), send })
  return (
    <MantineProvider>
      <form onSubmit={onSubmit} noValidate>
        <ProblemAlert error={problem} />
        <TextInput label="Почта" key={form.key('email')} {...form.getInputProps('email')} />
        <button type="submit">Дальше</button>
      </form>
    </MantineProvider>
  )
}

describe('a form', () => {
  it('ties the message to its field, puts the focus there and sends nothing', async () => {
    const send = vi.fn()
    render(<Form send={send} />)
    await userEvent.type(screen.getByLabelText('Почта'), 'aida')
    await userEvent.click(screen.getByText('Дальше'))
    const field = screen.getByLabelText('Почта')
    expect(field.getAttribute('aria-invalid')).toBe('true')
    expect(document.getElementById(field.getAttribute('aria-describedby')!)?.textContent).toBe(errors['access.bad_email'])
    await waitFor(() => expect(document.activeElement).toBe(field))
    expect(send).not.toHaveBeenCalled()
  })

  it('shows what the server refused at the field, and keeps what was typed', async () => {
    render(<Form send={() => Promise.reject({ status: 422, code: 'invalid', errors: [{ path: 'email', code: 'access.bad_email' }] })} />)
    await userEvent.type(screen.getByLabelText('Почта'), 'aida@example.kz')
    await userEvent.click(screen.getByText('Дальше'))
    await screen.findByText(errors['access.bad_email'])
    expect(screen.getByLabelText<HTMLInputElement>('Почта').value).toBe('aida@example.kz')
    expect(screen.queryByRole('alert')).toBeNull()
  })

  it('shows a refusal that belongs to no field above the form', async () => {
    render(<Form send={() => Promise.reject({ status: 429, code: 'access.too_often' })} />)
    await userEvent.type(screen.getByLabelText('Почта'), 'aida@example.kz')
    await userEvent.click(screen.getByText('Дальше'))
    expect((await screen.findByRole('alert')).textContent).toContain(errors['access.too_often'])
  })
})

function Code({ done }: { done: (c: string) => void }) {
  const [value, set] = useState('')
  return <CodeInput label="Код" value={value} onChange={set} onComplete={done} />
}

describe('the field of a code', () => {
  it('takes a pasted code with spaces and sends it at the last digit', async () => {
    const done = vi.fn()
    render(<Code done={done} />)
    await userEvent.click(screen.getByLabelText('Код'))
    await userEvent.paste('123 456')
    expect(done).toHaveBeenCalledExactlyOnceWith('123456')
  })

  it('ignores letters', async () => {
    render(<Code done={vi.fn()} />)
    await userEvent.type(screen.getByLabelText('Код'), '12a3')
    expect(screen.getByLabelText<HTMLInputElement>('Код').value).toBe('123')
  })
})
