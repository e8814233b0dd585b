import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { ErrorGroup, ImportCounts } from '@/api'
import { useFmt } from '@/lib/useFmt'
import { Panel } from '@/ui/Panel'
import { StatTile, StatTiles } from '@/ui/StatTile'
import { StatusPill } from '@/ui/StatusPill'
import css from './Intake.module.css'

interface Props {
  counts: ImportCounts
  /** Before the run: what would happen. */
  planned?: boolean
}

/** CountTiles shows rows by what became or will become of them. */
export function CountTiles({ counts: c, planned }: Props) {
  const { t } = useTranslation('intake')
  const fmt = useFmt()
  const of = t('count.of_rows', { n: fmt.number(c.rows) })
  return (
    <StatTiles>
      <StatTile label={planned ? t('count.will_create') : t('count.created')} value={fmt.number(c.created)} note={of} />
      <StatTile label={planned ? t('count.will_update') : t('count.updated')} value={fmt.number(c.updated)} />
      <StatTile label={planned ? t('count.will_skip') : t('count.skipped')} value={fmt.number(c.skipped)} note={t('count.skipped_note')} />
      <StatTile label={t('count.errors')} value={fmt.number(c.errors)} tone={c.errors > 0 ? 'danger' : 'neutral'} />
      <StatTile label={t('count.warnings')} value={fmt.number(c.warnings)} tone={c.warnings > 0 ? 'warning' : 'neutral'} />
      <StatTile label={t('count.in_stop_list')} value={fmt.number(c.in_stop_list)} note={t('count.in_stop_list_note')} />
    </StatTiles>
  )
}

/** ErrorGroups lists the causes of rejected rows with examples: line, column, value. */
export function ErrorGroups({ groups, aside }: { groups: ErrorGroup[]; aside?: ReactNode }) {
  const { t } = useTranslation('intake')
  const fmt = useFmt()
  if (groups.length === 0) return null
  return (
    <Panel title={t('errors.title')} hint={t('errors.hint')} aside={aside}>
      {groups.map((g) => (
        <div key={`${g.code}/${g.warning}`} className={css.group}>
          <strong>{t(`row.${g.code}`, { defaultValue: t('errors.other') })}</strong>{' '}
          <StatusPill tone={g.warning ? 'warning' : 'danger'}>
            {g.warning ? t('errors.taken', { count: g.count, n: fmt.number(g.count) }) : t('errors.rejected', { count: g.count, n: fmt.number(g.count) })}
          </StatusPill>
          <ul>
            {g.examples.map((e, i) => (
              <li key={i}>
                {e.column ? t('errors.example', { row: fmt.number(e.row), column: e.column }) : t('errors.line', { row: fmt.number(e.row) })}
                {e.value && (
                  <>
                    : <span className="mono">{e.value}</span>
                  </>
                )}
              </li>
            ))}
          </ul>
        </div>
      ))}
    </Panel>
  )
}
