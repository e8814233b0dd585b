import { NativeSelect } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { SegmentCount } from '@/api'
import { titleOf } from '@/contact/contact'
import { problemText, problemOf } from '@/lib/errors'
import { useFmt } from '@/lib/useFmt'
import form from '@/ui/Form.module.css'
import { Panel } from '@/ui/Panel'
import type { Built } from './draft'
import { type Purpose, usePreview } from './segment'
import css from './Segment.module.css'

interface Props {
  built: Built | null
  count?: SegmentCount
  /** The figure belongs to the condition before. */
  old: boolean
  error: unknown
}

/** Live shows how many the condition finds now, whether they may be written to, and ten of them. */
export function Live({ built, count, old, error }: Props) {
  const { t } = useTranslation('segment')
  const fmt = useFmt()
  return (
    <div className={css.live}>
      <Panel title={t('live.title')}>
        <div className={form.stack}>
          <div aria-live="polite">
            {!built && <p className="subtle">{t('live.incomplete')}</p>}
            {built && error !== null && <p className={css.error}>{problemText(problemOf(error))}</p>}
            {built && error === null && count && (
              <div className={css.total} data-old={old || undefined} aria-busy={old}>
                {old && '≈ '}
                {t('n', { count: count.contacts, n: fmt.number(count.contacts) })}
              </div>
            )}
            {built && error === null && !count && <p className="subtle">{t('live.counting')}</p>}
          </div>
          {built && error === null && count && <Reach built={built} ready={!old} />}
        </div>
      </Panel>
    </div>
  )
}

function Reach({ built, ready }: { built: Built; ready: boolean }) {
  const { t } = useTranslation(['segment', 'delivery'])
  const fmt = useFmt()
  const [purpose, setPurpose] = useState<Purpose>('advertising')
  const preview = usePreview(built.condition, purpose, ready)
  const p = preview.data
  return (
    <>
      <NativeSelect label={t('live.purpose')} value={purpose} onChange={(e) => setPurpose(e.currentTarget.value as Purpose)}>
        {(['advertising', 'transactional', 'third_party'] as const).map((k) => (
          <option key={k} value={k}>
            {t(`purpose.${k}`)}
          </option>
        ))}
      </NativeSelect>
      {p && (
        <dl className={form.facts}>
          <dt>{t('live.reachable')}</dt>
          <dd>
            <strong>{fmt.number(p.reachable)}</strong>
          </dd>
          {p.excluded.map((x) => (
            <Reason key={x.reason} name={t(`delivery:reason.${x.reason}`, { defaultValue: x.reason })} n={fmt.number(x.n)} />
          ))}
        </dl>
      )}
      {p && p.sample.length > 0 && (
        <div>
          <h3>{t('live.sample')}</h3>
          <ul className={css.sample}>
            {p.sample.map((c) => (
              <li key={c.id}>
                <Link to="/contacts/$id" params={{ id: c.id }}>
                  {titleOf(c)}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  )
}

function Reason({ name, n }: { name: string; n: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{n}</dd>
    </>
  )
}
