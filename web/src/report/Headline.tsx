import { useTranslation } from 'react-i18next'
import type { CampaignCounts, Usual } from '@/api'
import { useFmt } from '@/lib/useFmt'
import { StatTile, StatTiles } from '@/ui/StatTile'

interface Props {
  counts: CampaignCounts
  /** What earlier campaigns came to; absent when there are none. */
  usual?: Usual
}

/** Headline is the figures that people look for first. People, machines, and what may be either are counted apart. */
export function Headline({ counts: c, usual: u }: Props) {
  const { t } = useTranslation('report')
  const fmt = useFmt()
  const of = (n: number, whole: number) => t('tile.share', { share: fmt.share(n, whole) })
  return (
    <StatTiles caption={u && t('tile.usual', { count: u.campaigns, n: fmt.number(u.campaigns), delivered: fmt.percent(u.delivered), opened: fmt.percent(u.opened), clicked: fmt.percent(u.clicked) })}>
      <StatTile label={t('tile.delivered')} value={fmt.number(c.delivered)} note={of(c.delivered, c.total)} />
      <StatTile label={t('tile.opened')} value={fmt.number(c.opened)} note={t('tile.opened_note', { share: fmt.share(c.opened, c.delivered), machine: fmt.number(c.opened_machine), unclear: fmt.number(c.opened_unclear) })} />
      <StatTile label={t('tile.clicked')} value={fmt.number(c.clicked)} note={t('tile.clicked_note', { share: fmt.share(c.clicked, c.delivered), machine: fmt.number(c.clicks_machine), unclear: fmt.number(c.clicks_unclear) })} />
      <StatTile label={t('tile.unsubscribed')} value={fmt.number(c.unsubscribed)} note={of(c.unsubscribed, c.delivered)} />
      <StatTile label={t('tile.complained')} value={fmt.number(c.complained)} tone={c.complained > 0 ? 'danger' : 'neutral'} note={of(c.complained, c.delivered)} />
      <StatTile label={t('tile.failed')} value={fmt.number(c.failed + c.expired)} tone={c.failed + c.expired > 0 ? 'warning' : 'neutral'} note={of(c.failed + c.expired, c.total)} />
    </StatTiles>
  )
}
