import { Button, SegmentedControl } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { getClickMap } from '@/api'
import { Loaded } from '@/ui/Loaded'
import { Panel } from '@/ui/Panel'
import css from './Report.module.css'

/** ClickMap shows the letter that was sent with the clicks of each link on it. The list of links has the same figures. */
export function ClickMap({ campaign, variants }: { campaign: string; variants: ('a' | 'b' | 'c' | 'd')[] }) {
  const { t } = useTranslation('report')
  const [open, setOpen] = useState(false)
  const [device, setDevice] = useState<'all' | 'desktop' | 'phone'>('all')
  const [variant, setVariant] = useState(variants[0])
  const query = useQuery({
    // Not under the campaign's own key: a running campaign is asked anew each second, and a frame would be drawn anew with it.
    queryKey: ['click-map', campaign, device, variant],
    queryFn: ({ signal }) => getClickMap({ path: { id: campaign }, query: { device: device === 'all' ? undefined : device, variant }, signal }),
    enabled: open,
    staleTime: 60_000,
  })
  return (
    <Panel
      title={t('map.title')}
      hint={t('map.hint')}
      aside={
        <Button variant="default" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? t('map.close') : t('map.open')}
        </Button>
      }
    >
      {open && (
        <>
          <div className={css.switches}>
            <SegmentedControl aria-label={t('map.device')} value={device} onChange={(v) => setDevice(v as typeof device)} data={(['all', 'desktop', 'phone'] as const).map((value) => ({ value, label: t(`map.${value}`) }))} />
            {variants.length > 0 && <SegmentedControl aria-label={t('split.variant')} value={variant} onChange={(v) => setVariant(v as typeof variant)} data={variants.map((value) => ({ value, label: value.toUpperCase() }))} />}
          </div>
          <Loaded query={query}>
            {(m) => <iframe className={css.map} data-device={device} src={m.url} sandbox="" title={t('map.title')} />}
          </Loaded>
        </>
      )}
    </Panel>
  )
}
