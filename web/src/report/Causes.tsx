import { useTranslation } from 'react-i18next'
import type { ReasonCount } from '@/api'
import { DeliveryPill } from '@/delivery/DeliveryPill'
import { useFmt } from '@/lib/useFmt'
import form from '@/ui/Form.module.css'
import { Panel } from '@/ui/Panel'

interface Props {
  reasons: ReasonCount[]
  onShow: (filter: { state?: string; reason?: string }) => void
}

/** Causes tells in plain words why messages did not arrive or were not sent, and what was done about it. */
export function Causes({ reasons, onShow }: Props) {
  const { t } = useTranslation(['report', 'delivery'])
  const fmt = useFmt()
  if (reasons.length === 0) return null
  return (
    <Panel title={t('causes.title')} hint={t('causes.hint')} flush>
      <ul className={form.rows}>
        {reasons.map((r) => {
          const name = t(`delivery:reason.${r.reason}`, { defaultValue: r.reason })
          return (
            <li key={`${r.state}/${r.reason}`} className={form.row}>
              <div className={form.main}>
                <div className={form.name}>
                  {name} <DeliveryPill state={r.state} />
                </div>
                <div className="subtle">{t(`causes.${r.state}`)}</div>
              </div>
              <button type="button" className={form.link} onClick={() => onShow({ state: r.state, reason: r.reason })}>
                {t('causes.people', { count: r.n, n: fmt.number(r.n) })}
                <span className="hidden-visually">: {name}</span>
              </button>
            </li>
          )
        })}
      </ul>
    </Panel>
  )
}
