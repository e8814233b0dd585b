import { MultiSelect, Radio } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Audience } from '@/api'
import { useLists } from '@/contact/contact'
import { useSegments } from '@/segment/segment'
import { useFmt } from '@/lib/useFmt'
import form from '@/ui/Form.module.css'
import { usePreflight } from './preflight'

interface Props {
  id: string
  audience: Audience
  onChange: (a: Audience) => void
  disabled: boolean
}

/** AudienceChoice says to whom, and how many of them may be written to, by reason. */
export function AudienceChoice({ id, audience, onChange, disabled }: Props) {
  const { t } = useTranslation('campaign')
  const fmt = useFmt()
  const lists = useLists()
  const [kind, setKind] = useState(audience.all ? 'all' : 'lists')
  const choose = (k: string) => {
    setKind(k)
    onChange(k === 'all' ? { all: true, lists: [] } : { all: false, lists: audience.lists, segments: audience.segments })
  }
  const segments = useSegments()
  const segmented = audience.segments ?? []
  return (
    <div className={form.stack} id="part-audience" tabIndex={-1}>
      <Radio.Group aria-label={t('audience.title')} value={kind} onChange={choose}>
        <div className={form.choices}>
          <Radio disabled={disabled} value="all" label={t('audience.all')} />
          <Radio disabled={disabled} value="lists" label={t('audience.lists')} />
        </div>
      </Radio.Group>
      {kind === 'lists' && (
        <MultiSelect
          aria-label={t('audience.lists')}
          placeholder={audience.lists.length === 0 ? t('audience.choose') : undefined}
          disabled={disabled}
          searchable
          data={lists.data?.map((l) => ({ value: l.id, label: `${l.name} · ${fmt.number(l.contacts)}` })) ?? []}
          value={audience.lists}
          onChange={(v) => onChange({ all: false, lists: v, segments: segmented })}
        />
      )}
      {kind === 'lists' && ((segments.data?.length ?? 0) > 0 || segmented.length > 0) && (
        <MultiSelect
          label={t('audience.segments')}
          description={t('audience.segments_hint')}
          placeholder={segmented.length === 0 ? t('audience.choose_segments') : undefined}
          disabled={disabled}
          searchable
          data={segments.data?.map((x) => ({ value: x.id, label: x.contacts === null ? x.name : `${x.name} · ${fmt.number(x.contacts)}`, disabled: x.missing.length > 0 })) ?? []}
          value={segmented}
          onChange={(v) => onChange({ all: false, lists: audience.lists, segments: v })}
        />
      )}
      {kind === 'lists' && lists.data?.length === 0 && (
        <p className="subtle">
          {t('audience.no_lists')} <Link to="/lists">{t('audience.to_lists')}</Link>
        </p>
      )}
      <Reach id={id} />
    </div>
  )
}

function Reach({ id }: { id: string }) {
  const { t } = useTranslation(['campaign', 'delivery'])
  const fmt = useFmt()
  const { data } = usePreflight(id)
  if (!data || data.audience === 0) return null
  return (
    <p aria-live="polite">
      <strong>{t('audience.reachable', { count: data.reachable, n: fmt.number(data.reachable), total: fmt.number(data.audience) })}</strong>
      {data.excluded
        .filter((x) => x.n > 0)
        .map((x) => (
          <span key={x.reason} className="muted">
            {' · '}
            {t(`delivery:reason.${x.reason}`, { defaultValue: x.reason })}: {fmt.number(x.n)}
          </span>
        ))}
    </p>
  )
}
