import { Switch } from '@mantine/core'
import { Fragment, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Report } from '@/api'
import { useFmt } from '@/lib/useFmt'
import form from '@/ui/Form.module.css'
import css from './Report.module.css'

/** Funnel: sent, delivered, read, clicked. Openings by machines are left out unless asked for. */
export function Funnel({ report: r }: { report: Report }) {
  const { t } = useTranslation('report')
  const fmt = useFmt()
  const [machines, setMachines] = useState(false)
  const steps = r.funnel.map((s) => ({ ...s, n: s.n + (machines && s.step === 'opened' ? r.counts.opened_machine : 0) }))
  const first = steps[0]?.n ?? 0
  return (
    <div className={form.stack}>
      <dl className={css.funnel}>
        {steps.map((s, i) => {
          const before = steps[i - 1]?.n ?? s.n
          return (
            <Fragment key={s.step}>
              <dt>{t(`funnel.${s.step}`)}</dt>
              <dd className={css.bar} aria-hidden>
                <div className={css.track}>
                  <div className={css.fill} style={{ width: `${first > 0 ? Math.min(100, (s.n / first) * 100) : 0}%` }} />
                </div>
              </dd>
              <dd className={css.number}>
                <strong>{fmt.number(s.n)}</strong>{' '}
                <span className="subtle">{i > 0 && t('funnel.shares', { sent: fmt.share(s.n, first), before: fmt.share(s.n, before) })}</span>
              </dd>
            </Fragment>
          )
        })}
      </dl>
      <p className="subtle">{t('funnel.machines', { count: r.counts.opened_machine, n: fmt.number(r.counts.opened_machine) })}</p>
      <Switch label={t('funnel.with_machines')} checked={machines} onChange={(e) => setMachines(e.currentTarget.checked)} />
    </div>
  )
}
