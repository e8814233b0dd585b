import { Radio } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { getZones } from '@/api'
import { useFmt } from '@/lib/useFmt'
import form from '@/ui/Form.module.css'
import { Loaded } from '@/ui/Loaded'
import { campaignKey } from './campaign'

export type Local = 'at_once' | 'next_day'

interface Props {
  id: string
  at: string
  zone: string
  local: Local
  onChange: (l: Local) => void
}

const sign = (minutes: number) => `GMT${minutes < 0 ? '−' : '+'}${Math.floor(Math.abs(minutes) / 60)}${minutes % 60 ? `:${String(Math.abs(minutes) % 60).padStart(2, '0')}` : ''}`

/** LocalTimes tells when each time zone of the audience gets the letter, and asks about those whose time has passed (MSG-3). */
export function LocalTimes({ id, at, zone, local, onChange }: Props) {
  const { t } = useTranslation('campaign')
  const fmt = useFmt()
  const query = useQuery({
    queryKey: [...campaignKey(id), 'zones', at, zone, local],
    queryFn: ({ signal }) => getZones({ path: { id }, query: { at, zone, local }, signal }),
    retry: false,
  })
  return (
    <div className={form.stack}>
      <Loaded query={query}>
        {(z) => (
          <>
            <ul className={form.rows} aria-label={t('local.zones')}>
              {z.starts.map((s) => (
                <li key={s.at} className={form.row}>
                  <span className={form.main}>
                    <span className={form.name}>{fmt.dateTime(s.at)}</span>
                    <span className="subtle">
                      {t('local.zone', { offset: sign(s.offset), zone: s.zone })}
                      {s.passed && ` · ${t('local.passed')}`}
                    </span>
                  </span>
                  <span className="tabular">{t('local.people', { count: s.n, n: fmt.number(s.n) })}</span>
                </li>
              ))}
            </ul>
            <p className="subtle">
              {t('local.known', { known: fmt.number(z.starts.reduce((n, s) => n + s.known, 0)), of: fmt.number(z.looked), zone })} {z.partial && t('local.partial')}
            </p>
          </>
        )}
      </Loaded>
      <Radio.Group label={t('local.late')} value={local} onChange={(v) => onChange(v as Local)}>
        <div className={form.choices}>
          <Radio value="next_day" label={t('local.next_day')} />
          <Radio value="at_once" label={t('local.at_once')} />
        </div>
      </Radio.Group>
    </div>
  )
}
