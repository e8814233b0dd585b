import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { type Field, type FieldChange, previewField } from '@/api'
import { useFmt } from '@/lib/useFmt'
import form from '@/ui/Form.module.css'
import { Loaded } from '@/ui/Loaded'

/** FieldCost tells how many contacts have a value, and which values a change would lose. */
export function FieldCost({ field, change, onSeen }: { field: Field; change: FieldChange; onSeen?: (change: string) => void }) {
  const { t } = useTranslation('fields')
  const fmt = useFmt()
  const deletes = Object.keys(change).length === 0
  const query = useQuery({
    queryKey: ['field-cost', field.id, change],
    queryFn: ({ signal }) => previewField({ path: { id: field.id ?? '' }, body: change, signal }),
    retry: false,
    gcTime: 0,
  })
  const known = query.data !== undefined && JSON.stringify(change)
  useEffect(() => {
    if (known) onSeen?.(known)
  }, [known, onSeen])
  return (
    <Loaded query={query}>
      {(p) => {
        if (p.values === 0) return <p className="muted">{t('cost.no_values')}</p>
        if (deletes) return <p>{t('cost.values', { count: p.values, n: fmt.number(p.values) })}</p>
        if (p.lost === 0) return <p className="muted">{t('cost.nothing', { count: p.values, n: fmt.number(p.values) })}</p>
        return (
          <div className={form.note} data-tone="warning" role="note">
            <p>
              <strong>{t('cost.lost', { count: p.lost, n: fmt.number(p.lost), total: fmt.number(p.values) })}</strong>
            </p>
            <p>{t('cost.examples', { list: p.examples.map((x) => fmt.quote(x)).join(', ') })}</p>
          </div>
        )
      }}
    </Loaded>
  )
}
