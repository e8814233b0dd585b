import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { type Import, type PreviewContact, previewImport } from '@/api'
import { useFields } from '@/contact/contact'
import { useFmt } from '@/lib/useFmt'
import { Loaded } from '@/ui/Loaded'
import { Panel } from '@/ui/Panel'
import { ScrollBox } from '@/ui/ScrollBox'
import { TableSkeleton } from '@/ui/Skeletons'
import { StatusPill, type Tone } from '@/ui/StatusPill'
import css from './Intake.module.css'

const tones: Record<PreviewContact['outcome'], Tone> = { created: 'success', updated: 'primary', unchanged: 'neutral', repeated: 'neutral' }

/** Preview shows the first contacts exactly as they will look once the file is imported. */
export function Preview({ file }: { file: Import }) {
  const { t } = useTranslation('intake')
  const fmt = useFmt()
  const fields = useFields()
  const query = useQuery({
    queryKey: ['import-preview', file.id, file.settings],
    queryFn: async ({ signal }) => (await previewImport({ path: { id: file.id }, signal })).items,
    gcTime: 0,
  })
  const custom = new Map<string, Custom>(fields.data?.map((f) => [f.key, { label: f.label, date: f.kind === 'date' }]))
  for (const m of file.settings.mapping) if (m.new_field) custom.set(m.field, { label: m.new_field, date: m.new_kind === 'date' })
  return (
    <Panel title={t('preview.title')} hint={t('preview.hint')} flush>
      <Loaded query={query} skeleton={<TableSkeleton rows={4} />}>
        {(list) => {
          const columns = shownOf(list, t, custom, (day) => fmt.shortDate(`${day}T12:00:00Z`))
          return (
            <ScrollBox className={css.preview} label={t('preview.title')}>
              <table>
                <thead>
                  <tr>
                    <th scope="col">{t('bad.line')}</th>
                    <th scope="col">{t('preview.outcome')}</th>
                    {columns.map(([name]) => (
                      <th key={name} scope="col">
                        {name}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {list.map((c) => (
                    <tr key={c.line}>
                      <td className="tabular">{fmt.number(c.line)}</td>
                      <td>
                        <StatusPill tone={c.stopped ? 'warning' : tones[c.outcome]}>{c.stopped ? t('preview.stopped') : t(`preview.${c.outcome}`)}</StatusPill>
                      </td>
                      {columns.map(([name, of]) => (
                        <td key={name}>{of(c)}</td>
                      ))}
                    </tr>
                  ))}
                </tbody>
              </table>
            </ScrollBox>
          )
        }}
      </Loaded>
    </Panel>
  )
}

interface Custom {
  label: string
  date: boolean
}

type Shown = [name: string, of: (c: PreviewContact) => string]

const standard = ['email', 'phone', 'external_id', 'first_name', 'last_name', 'lang'] as const

// The columns that some contact has a value for.
function shownOf(list: PreviewContact[], t: (key: string) => string, custom: Map<string, Custom>, day: (iso: string) => string): Shown[] {
  const keys = [...new Set(list.flatMap((c) => Object.keys(c.fields)))].sort()
  const all: Shown[] = [
    ...standard.map((k): Shown => [t(`columns.field.${k}`), (c) => c[k]]),
    ...keys.map((k): Shown => [custom.get(k)?.label ?? k, (c) => (custom.get(k)?.date && c.fields[k] ? day(c.fields[k]) : (c.fields[k] ?? ''))]),
    [t('columns.field.tags'), (c) => c.tags.join(', ')],
  ]
  return all.filter(([, of]) => list.some((c) => of(c) !== ''))
}
