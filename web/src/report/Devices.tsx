import { useTranslation } from 'react-i18next'
import type { DeviceCount } from '@/api'
import { useFmt } from '@/lib/useFmt'
import { Panel } from '@/ui/Panel'
import { ScrollBox } from '@/ui/ScrollBox'
import css from './Report.module.css'

/** Devices tells what people read the letter on. What mail services hide is said, not guessed. */
export function Devices({ devices }: { devices: DeviceCount[] }) {
  const { t } = useTranslation('report')
  const fmt = useFmt()
  if (devices.length === 0) return null
  const sum = devices.reduce((n, d) => n + d.n, 0)
  const hidden = devices.filter((d) => d.device === 'hidden').reduce((n, d) => n + d.n, 0)
  return (
    <Panel title={t('devices.title')} hint={t('devices.hint')} flush>
      <ScrollBox className={css.scroll} label={t('devices.title')}>
        <table className={css.table}>
          <thead>
            <tr>
              <th scope="col">{t('devices.device')}</th>
              <th scope="col">{t('devices.program')}</th>
              <th scope="col" className={css.n}>
                {t('devices.acts')}
              </th>
              <th scope="col" className={css.n}>
                {t('devices.share')}
              </th>
            </tr>
          </thead>
          <tbody>
            {devices.map((d) => (
              <tr key={`${d.device}/${d.program}`}>
                <td>{t(`devices.${d.device}`)}</td>
                <td>{t(`program.${d.program}`, { defaultValue: d.program })}</td>
                <td className={css.n}>{fmt.number(d.n)}</td>
                <td className={css.n}>{fmt.share(d.n, sum)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
      {hidden > 0 && <p className={`${css.pad} subtle`}>{t('devices.hidden_note', { share: fmt.share(hidden, sum) })}</p>}
    </Panel>
  )
}
