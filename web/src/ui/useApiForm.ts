import { type FormErrors, useForm, type UseFormReturnType } from '@mantine/form'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import * as v from 'valibot'
import { fieldErrors, type Problem, problemOf } from '@/lib/errors'

// A record of a form: any plain object.
type Values = Record<string, unknown>

interface Options<T extends Values, R> {
  initial: T
  /** Messages of the schema are keys of the errors catalogue: v.nonEmpty('required'). */
  schema?: v.GenericSchema<T>
  /** Sends the values; what it throws is shown at the fields and above the form. */
  send: (values: T) => Promise<R>
  onDone?: (result: R, values: T) => void
}

export interface ApiForm<T extends Values> {
  form: UseFormReturnType<T>
  busy: boolean
  /** What the server refused apart from fields that the form shows; null when all is well. */
  problem: Problem | null
  clearProblem: () => void
  onSubmit: (e?: React.FormEvent<HTMLFormElement>) => void
}

/** useApiForm is an uncontrolled form whose rules are a schema here and the API there, with one set of words. */
export function useApiForm<T extends Values, R>({ initial, schema, send, onDone }: Options<T, R>): ApiForm<T> {
  const { t } = useTranslation('errors', { useSuspense: false })
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const form = useForm<T>({
    mode: 'uncontrolled',
    initialValues: initial,
    validateInputOnBlur: false,
    validate: (values) => (schema ? schemaErrors(schema, values, t) : {}),
  })
  const focusFirst = (errors: FormErrors) => {
    const path = Object.keys(errors)[0]
    if (path) queueMicrotask(() => form.getInputNode(path as never)?.focus())
  }
  const submit = async (values: T) => {
    setBusy(true)
    setProblem(null)
    try {
      const result = await send(values)
      onDone?.(result, values)
    } catch (e) {
      const p = problemOf(e)
      const errors = fieldErrors(p)
      form.setErrors(errors)
      focusFirst(errors)
      const shown = Object.keys(errors).length > 0 && Object.keys(errors).every((path) => form.getInputNode(path as never))
      if (!shown) setProblem(p)
    } finally {
      setBusy(false)
    }
  }
  return { form, busy, problem, clearProblem: () => setProblem(null), onSubmit: form.onSubmit((x) => void submit(x), focusFirst) }
}

function schemaErrors<T>(schema: v.GenericSchema<T>, values: T, t: (key: string) => string): FormErrors {
  const result = v.safeParse(schema, values)
  if (result.success) return {}
  const out: FormErrors = {}
  for (const issue of result.issues) {
    const path = v.getDotPath(issue)
    if (path && !out[path]) out[path] = t(issue.message)
  }
  return out
}
