import { Progress } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { SendingPath } from '@/api'
import { useFmt } from '@/lib/useFmt'
import form from '@/ui/Form.module.css'
import { Panel } from '@/ui/Panel'
import { keyOf, titleOf } from './path'
import css from './SendingPaths.module.css'

/** WarmUps shows how far new addresses have come with each provider; nothing when all are warm. */
export function WarmUps({ rows }: { rows: SendingPath[] }) {
  const { t } = useTranslation('paths')
  const fmt = useFmt()
  if (rows.length === 0) return null
  return (
    <Panel title={t('warm_up.title')} hint={t('warm_up.hint')} flush>
      <ul className={form.rows}>
        {rows.map((p) => (
          <li key={keyOf(p)} className={form.row}>
            <div className={form.main}>
              <div className={css.name}>{titleOf(p)}</div>
              <div className={css.small}>{p.source}</div>
            </div>
            <div className={css.bar}>
              <Progress
                value={(p.warm_up!.sent / p.warm_up!.limit) * 100}
                size="md"
                aria-label={t('warm_up.bar', { name: titleOf(p), source: p.source })}
              />
              <div className={css.small}>
                {t('warm_up.today', { sent: fmt.number(p.warm_up!.sent), limit: fmt.number(p.warm_up!.limit) })} ·{' '}
                {t('warm_up.step', { step: fmt.number(p.warm_up!.step), steps: fmt.number(p.warm_up!.steps) })}
              </div>
            </div>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
