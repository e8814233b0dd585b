import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Import, Remedy } from '@/api'
import { Panel } from '@/ui/Panel'
import css from './Intake.module.css'

/** Remedies lists what was decided about groups of bad rows; each can be taken back. */
export function Remedies({ file, busy, onChange }: { file: Import; busy: boolean; onChange: (list: Remedy[]) => void }) {
  const { t } = useTranslation('intake')
  const list = file.settings.remedies
  if (list.length === 0) return null
  return (
    <Panel title={t('remedy.title')}>
      {list.map((r) => (
        <div key={`${r.code}/${r.column}`} className={css.remedy}>
          <span>
            {t(`row.${r.code}`, { defaultValue: t('errors.other') })}
            {r.column >= 0 && ` · ${file.columns[r.column]?.header || t('columns.number', { n: r.column + 1 })}`}
            {' → '}
            <strong>{t(`remedy.done_${r.action}`, { value: r.value })}</strong>
          </span>
          <Button size="xs" variant="default" disabled={busy} onClick={() => onChange(list.filter((x) => x !== r))}>
            {t('remedy.back')}
          </Button>
        </div>
      ))}
    </Panel>
  )
}
