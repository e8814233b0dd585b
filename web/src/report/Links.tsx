import { useTranslation } from 'react-i18next'
import type { LinkCount } from '@/api'
import { useFmt } from '@/lib/useFmt'
import { Panel } from '@/ui/Panel'
import { ScrollBox } from '@/ui/ScrollBox'
import css from './Report.module.css'

interface Props {
  links: LinkCount[]
  /** Clicks are followed. */
  tracked: boolean
}

/** Links tells how each link of the letter was followed: by people, and apart from them by machines. */
export function Links({ links, tracked }: Props) {
  const { t } = useTranslation('report')
  const fmt = useFmt()
  if (links.length === 0) return null
  if (!tracked) {
    return (
      <Panel title={t('links.title')}>
        <p className="muted">{t('links.off')}</p>
      </Panel>
    )
  }
  return (
    <Panel title={t('links.title')} flush>
      <ScrollBox className={css.scroll} label={t('links.title')}>
        <table className={css.table}>
          <thead>
            <tr>
              <th scope="col">{t('links.link')}</th>
              <th scope="col" className={css.n}>
                {t('links.people')}
              </th>
              <th scope="col" className={css.n}>
                {t('links.clicks')}
              </th>
              <th scope="col" className={css.n}>
                {t('links.desktop')}
              </th>
              <th scope="col" className={css.n}>
                {t('links.phone')}
              </th>
              <th scope="col" className={css.n}>
                {t('links.machine')}
              </th>
              <th scope="col" className={css.n}>
                {t('links.unclear')}
              </th>
            </tr>
          </thead>
          <tbody>
            {links.map((l) => (
              <tr key={`${l.variant}/${l.index}`}>
                <td className={css.long}>
                  {l.variant && <strong>{l.variant.toUpperCase()} </strong>}
                  {l.url}
                </td>
                <td className={css.n}>{fmt.number(l.people)}</td>
                <td className={css.n}>{fmt.number(l.clicks)}</td>
                <td className={css.n}>{fmt.number(l.desktop)}</td>
                <td className={css.n}>{fmt.number(l.phone)}</td>
                <td className={css.n}>{fmt.number(l.machine)}</td>
                <td className={css.n}>{fmt.number(l.unclear)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </Panel>
  )
}
