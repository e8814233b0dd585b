import { useTranslation } from 'react-i18next'
import type { ImportCounts } from '@/api'
import { useFmt } from '@/lib/useFmt'
import { StatTile, StatTiles } from '@/ui/StatTile'

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
