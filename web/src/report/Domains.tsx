import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { DomainCount } from '@/api'
import { useFmt } from '@/lib/useFmt'
import { Panel } from '@/ui/Panel'
import { StatusPill } from '@/ui/StatusPill'
import { ScrollBox } from '@/ui/ScrollBox'
import css from './Report.module.css'

const few = 10
// A domain that has answered about enough letters and took clearly fewer than is usual.
const answered = (d: DomainCount) => d.delivered + d.failed + d.expired
const low = (d: DomainCount) => answered(d) >= 20 && d.delivered / answered(d) < 0.9

/** Domains compares mailbox providers; one below the norm is named in words. */
export function Domains({ domains }: { domains: DomainCount[] }) {
  const { t } = useTranslation('report')
  const fmt = useFmt()
  const [all, setAll] = useState(false)
  if (domains.length === 0) return null
  const rows = all ? domains : domains.slice(0, few)
  return (
    <Panel title={t('domains.title')} flush>
      <ScrollBox className={css.scroll} label={t('domains.title')}>
        <table className={css.table}>
          <thead>
            <tr>
              <th scope="col">{t('domains.domain')}</th>
              {(['total', 'delivered', 'opened', 'clicked', 'failed', 'complained'] as const).map((k) => (
                <th key={k} scope="col" className={css.n}>
                  {t(`domains.${k}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((d) => (
              <tr key={d.domain}>
                <td>
                  {d.domain} {low(d) && <StatusPill tone="warning">{t('domains.low')}</StatusPill>}
                </td>
                <td className={css.n}>{fmt.number(d.total)}</td>
                <td className={css.n}>{fmt.share(d.delivered, d.total - d.skipped)}</td>
                <td className={css.n}>{fmt.share(d.opened, d.delivered)}</td>
                <td className={css.n}>{fmt.share(d.clicked, d.delivered)}</td>
                <td className={css.n}>{fmt.number(d.failed + d.expired)}</td>
                <td className={css.n}>{fmt.number(d.complained)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
      {domains.length > few && !all && (
        <Button variant="subtle" m="sm" onClick={() => setAll(true)}>
          {t('domains.all', { count: domains.length, n: fmt.number(domains.length) })}
        </Button>
      )}
    </Panel>
  )
}
