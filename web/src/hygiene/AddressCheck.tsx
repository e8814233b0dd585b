import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { type AddressCheck as Check, checkContact } from '@/api'
import form from '@/ui/Form.module.css'
import { Panel } from '@/ui/Panel'
import { Merges } from './Merges'

/** AddressCheck tells on the card what is known about the contact's addresses, the operator of its number, its former addresses and merges (AUD-8). */
export function AddressCheck({ contact, canEdit }: { contact: string; canEdit: boolean }) {
  const { t } = useTranslation('hygiene')
  const query = useQuery({ queryKey: ['contact', contact, 'check'], queryFn: ({ signal }) => checkContact({ path: { id: contact }, signal }) })
  const c = query.data
  if (!c) return null
  const findings = [...(c.email?.findings ?? []), ...(c.phone?.findings ?? [])]
  const line = c.phone?.phone
  return (
    <>
      <Panel title={t('check.title')}>
        <div className={form.stack}>
          <dl className={form.facts}>
          {c.email && (
            <>
              <dt>{t('contact:field.email')}</dt>
              <dd>{t(`domain.${stateOf(c.email)}`)}</dd>
            </>
          )}
          {line && (
            <>
              <dt>{t('contact:field.phone')}</dt>
              <dd title={line.operator ? t('check.operator_hint') : undefined}>
                {[t(`line.${line.line}`), line.operator && t('check.operator', { name: line.operator })].filter(Boolean).join(', ')}
              </dd>
            </>
          )}
          {(c.aliases ?? []).length > 0 && (
            <>
              <dt>{t('check.aliases')}</dt>
              <dd>{c.aliases!.map((a) => a.address).join(', ')}</dd>
            </>
          )}
        </dl>
        {findings.map((f) => (
          <div key={f.code} className={form.note} data-tone={f.severity === 'note' ? undefined : 'warning'} role="note">
            {t(`finding.${f.code}`, { defaultValue: t('finding.other') })}
            {f.suggestion && ` ${t('check.meant', { address: f.suggestion })}`}
          </div>
        ))}
        </div>
      </Panel>
      <Merges contact={contact} canEdit={canEdit} />
    </>
  )
}

const stateOf = (c: Check) => {
  if (c.domain?.undeliverable) return 'dead'
  const known: Record<string, string> = { mail: 'mail', implicit: 'mail', unanswered: 'unanswered' }
  return known[c.domain?.state ?? ''] ?? 'unasked'
}
