import { Button, Checkbox, Select, TextInput } from '@mantine/core'
import { IconCheck, IconQuestionMark } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Import, type ImportColumn, updateImport } from '@/api'
import { useFields } from '@/contact/contact'
import { useFmt } from '@/lib/useFmt'
import form from '@/ui/Form.module.css'
import { Panel } from '@/ui/Panel'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { SafeBar } from '@/ui/SafeBar'
import { StatusPill } from '@/ui/StatusPill'
import css from './Intake.module.css'
import { checkMapping, leaveOut, mappingOf, newField, newKinds, type NewKind, type Target, targetsOf } from './mapping'
import { importKey } from './steps'

// Fields of every contact that a column may go to.
const standard = ['email', 'phone', 'external_id', 'first_name', 'last_name', 'full_name', 'lang', 'tags'] as const

interface Props {
  file: Import
  onNext: () => void
}

/** Columns says where every column of the file goes: a field, a new field, or nowhere. */
export function Columns({ file, onNext }: Props) {
  const { t } = useTranslation('intake')
  const fmt = useFmt()
  const client = useQueryClient()
  const [targets, setTargets] = useState(() => targetsOf(file))
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const problems = checkMapping(targets)
  const blocked = problems.whole !== null || problems.columns.size > 0
  const save = async (body: Parameters<typeof updateImport>[0]['body']) => {
    setBusy(true)
    setError(null)
    try {
      const next = await updateImport({ path: { id: file.id }, body })
      client.setQueryData(importKey(file.id), next)
      return next
    } catch (e) {
      setError(e)
      return null
    } finally {
      setBusy(false)
    }
  }
  const next = async () => {
    if (await save({ settings: { mapping: mappingOf(file, targets) } })) onNext()
  }
  // Another sheet, or another idea of the first row: the columns are proposed anew.
  const lookAgain = async (how: { has_header?: boolean; sheet?: number }) => {
    const fresh = await save(how)
    if (fresh) setTargets(targetsOf(fresh))
  }
  const change = (i: number, to: Target) => setTargets(targets.map((x, j) => (j === i ? to : x)))
  return (
    <div className={form.stack}>
      <ProblemAlert error={error} />
      {file.remembered && (
        <div className={form.note} role="note">
          {t('columns.remembered')}
        </div>
      )}
      {file.sheets.length > 1 && <SheetChoice file={file} busy={busy} onChange={(sheet) => void lookAgain({ sheet })} />}
      <Panel
        title={t('columns.title')}
        hint={t('columns.hint', { rows: fmt.number(file.rows_estimate) })}
        aside={file.format !== 'vcard' && <Checkbox label={t('columns.has_header')} checked={file.has_header} disabled={busy} onChange={(e) => void lookAgain({ has_header: e.currentTarget.checked })} />}
        flush
      >
        {file.columns.map((c, i) => (
          <ColumnRow key={c.index} column={c} target={targets[i]!} wrong={problems.columns.get(i)} onChange={(to) => change(i, to)} />
        ))}
      </Panel>
      <SafeBar note={problems.whole && t(`columns.${problems.whole}`)}>
        <Button onClick={() => void next()} loading={busy} disabled={blocked}>
          {t('next')}
        </Button>
      </SafeBar>
    </div>
  )
}

function SheetChoice({ file, busy, onChange }: { file: Import; busy: boolean; onChange: (sheet: number) => void }) {
  const { t } = useTranslation('intake')
  const fmt = useFmt()
  return (
    <Panel title={t('columns.sheet')} hint={t('columns.sheet_hint')}>
      <Select
        className={css.short}
        aria-label={t('columns.sheet')}
        data={file.sheets.map((s, i) => ({
          value: String(i),
          label: t(s.hidden ? 'columns.sheet_hidden' : 'columns.sheet_rows', { name: s.name, n: fmt.number(s.rows), count: s.rows }),
        }))}
        value={String(file.sheet)}
        allowDeselect={false}
        disabled={busy}
        onChange={(v) => v !== null && onChange(Number(v))}
      />
    </Panel>
  )
}

interface RowProps {
  column: ImportColumn
  target: Target
  wrong?: 'twice' | 'label'
  onChange: (to: Target) => void
}

function ColumnRow({ column: c, target, wrong, onChange }: RowProps) {
  const { t } = useTranslation('intake')
  const fields = useFields()
  const name = c.header || t('columns.number', { n: c.index + 1 })
  const custom = fields.data?.filter((f) => !f.builtin) ?? []
  const options = [
    { value: leaveOut, label: t('columns.leave_out') },
    ...standard.map((k) => ({ value: k, label: t(`columns.field.${k}`) })),
    ...custom.map((f) => ({ value: f.key, label: f.label })),
    { value: newField, label: t('columns.new_field') },
  ]
  const pick = (v: string | null) => onChange({ field: v ?? leaveOut, label: v === newField ? target.label || c.header : '', kind: target.kind })
  return (
    <div className={css.column}>
      <div>
        <div className={css.header}>{name}</div>
        <Confidence column={c} target={target} />
      </div>
      <ul className={css.samples} aria-label={t('columns.samples', { name })}>
        {c.samples.length === 0 && <li>{t('columns.no_values')}</li>}
        {c.samples.map((s, i) => (
          <li key={i} title={s}>
            {s}
          </li>
        ))}
      </ul>
      <div>
        <Select
          aria-label={t('columns.goes_to', { name })}
          data={options}
          value={target.field}
          allowDeselect={false}
          searchable={options.length > 12}
          onChange={pick}
          error={wrong === 'twice' && t('columns.twice')}
        />
        {target.field === newField && (
          <div className={css.new}>
          <TextInput
            aria-label={t('columns.new_label')}
            placeholder={t('columns.new_label')}
            value={target.label}
            maxLength={80}
            onChange={(e) => onChange({ ...target, label: e.currentTarget.value })}
            error={wrong === 'label' && t('columns.label_needed')}
          />
          <Select
            aria-label={t('columns.new_kind')}
            data={newKinds.map((k) => ({ value: k, label: t(`kind.${k}`) }))}
            value={target.kind}
            allowDeselect={false}
            onChange={(k) => onChange({ ...target, kind: k as NewKind })}
          />
          </div>
        )}
      </div>
    </div>
  )
}

// The mark speaks about the server's proposal, so it goes once the person has chosen something else.
function Confidence({ column, target }: { column: ImportColumn; target: Target }) {
  const { t } = useTranslation('intake')
  const { field, confidence } = column.proposal
  if (field !== '' && field !== target.field) return null
  if (field === '') return target.field === leaveOut ? <StatusPill>{t('confidence.none')}</StatusPill> : null
  return (
    <StatusPill tone={confidence === 'exact' ? 'success' : 'warning'} icon={confidence === 'exact' ? IconCheck : IconQuestionMark}>
      {t(`confidence.${confidence}`)}
    </StatusPill>
  )
}
