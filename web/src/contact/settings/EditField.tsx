import { Button, Modal, Select, TagsInput, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { createField, type Field, type FieldChange, ifMatch, once, updateField } from '@/api'
import form from '@/ui/Form.module.css'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { toastDone } from '@/ui/toast'
import { useApiForm } from '@/ui/useApiForm'
import { contactsKey, fieldsKey } from '../contact'
import { FieldCost } from './FieldCost'

const kinds = ['text', 'number', 'date', 'boolean', 'choice', 'list'] as const
type Kind = (typeof kinds)[number]

/** EditField makes a field or changes one. What a change would cost is shown before it is done. */
export function EditField({ field, onClose }: { field: Field | null; onClose: () => void }) {
  const { t } = useTranslation('fields')
  const client = useQueryClient()
  const [key] = useState(once)
  const [kind, setKind] = useState<Kind>(field?.kind ?? 'text')
  const [options, setOptions] = useState<string[]>(field?.options ?? [])
  const withOptions = kind === 'choice' || kind === 'list'
  const costs = field && field.builtin === false && mayCost(field, kind, options)
  const change: FieldChange = withOptions ? { kind, options } : { kind }
  const { form: f, busy, problem, onSubmit } = useApiForm({
    initial: { label: field?.label ?? '' },
    send: ({ label }) => {
      if (!field) return createField({ headers: key, body: { label: label.trim(), kind, options: withOptions ? options : undefined } })
      return updateField({ path: { id: field.id ?? '' }, headers: ifMatch(field.version ?? 0), body: { ...change, label: label.trim(), confirm: costs || undefined } })
    },
    onDone: (saved) => {
      void client.invalidateQueries({ queryKey: fieldsKey })
      void client.invalidateQueries({ queryKey: contactsKey })
      toastDone(t(saved.job ? 'changing' : 'saved', { name: saved.label }))
      onClose()
    },
  })
  const filled = kind !== 'choice' || options.length > 0
  // Nobody confirms a cost that was not on the screen.
  const [seen, setSeen] = useState('')
  const ready = filled && (!costs || seen === JSON.stringify(change))
  return (
    <Modal opened onClose={onClose} title={t(field ? 'edit' : 'create')} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <form className={form.form} onSubmit={onSubmit} noValidate>
        <ProblemAlert error={problem} />
        <TextInput label={t('label')} description={field ? undefined : t('label_hint')} data-autofocus maxLength={80} key={f.key('label')} {...f.getInputProps('label')} />
        <Select
          label={t('kind')}
          allowDeselect={false}
          data={kinds.map((k) => ({ value: k, label: t(`kind.${k}`) }))}
          value={kind}
          onChange={(k) => setKind(k as Kind)}
        />
        {withOptions && (
          <TagsInput
            label={t('options')}
            description={t(kind === 'choice' ? 'options_choice' : 'options_list')}
            maxTags={100}
            value={options}
            onChange={setOptions}
            error={f.errors.options}
          />
        )}
        {costs && filled && <FieldCost field={field} change={change} onSeen={setSeen} />}
        <div className={`${form.buttons} ${form.end}`}>
          <Button variant="default" onClick={onClose}>
            {t('ui:cancel')}
          </Button>
          <Button type="submit" loading={busy} disabled={!ready}>
            {t('ui:save')}
          </Button>
        </div>
      </form>
    </Modal>
  )
}

// Whether values that fit now may not fit afterwards: another kind, or options taken away.
function mayCost(f: Field, kind: Kind, options: string[]): boolean {
  if (kind !== f.kind) return true
  if (kind !== 'choice' && kind !== 'list') return false
  const had = f.options ?? []
  return options.length > 0 && (had.length === 0 || had.some((o) => !options.includes(o)))
}
