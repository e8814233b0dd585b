import { Button, Select, Textarea, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import * as v from 'valibot'
import { ifMatch, updateAccount } from '@/api'
import { refreshMe, setSession, useCan, useMe } from '@/app/session'
import { Fmt, type Lang } from '@/lib/fmt'
import { required } from '@/lib/rules'
import { validTaxNumber } from '@/lib/taxid'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { toastDone } from '@/ui/toast'
import { useApiForm } from '@/ui/useApiForm'
import { countryOptions } from './countries'
import css from './Form.module.css'

const digits = (s: string) => s.replace(/\s/g, '')

const companyForm = v.looseObject({
  name: required,
  tax_number: v.pipe(
    v.string(),
    v.check((s) => digits(s) === '' || validTaxNumber(digits(s)), 'access.bad_tax_number'),
  ),
})

/** Company is the account: its names, numbers, addresses, bank and time zone (ACC-3). */
export function Company() {
  const { t, i18n } = useTranslation('settings')
  const me = useMe()
  const may = useCan('account.manage')
  const { name, kind, company, tax_number, country, phone, actual_address, postal_address, iban, bic, zone, version } = me.account
  const { form, busy, problem, onSubmit } = useApiForm({
    initial: { name, kind, company, tax_number, country, phone, actual_address, postal_address, iban, bic, zone },
    schema: companyForm as never,
    send: (values) => {
      const body = { ...values, tax_number: digits(values.tax_number), iban: digits(values.iban), bic: digits(values.bic) }
      return updateAccount({ body, headers: ifMatch(version) })
    },
    onDone: (account) => {
      setSession({ ...me, account, accounts: me.accounts.map((a) => (a.id === account.id ? { ...a, name: account.name } : a)) })
      toastDone(t('saved'))
    },
  })
  const props = (field: 'name' | 'company' | 'tax_number' | 'phone' | 'actual_address' | 'postal_address' | 'iban' | 'bic') => ({
    label: t(`company.${field}`),
    disabled: !may,
    ...form.getInputProps(field),
  })
  return (
    <Page title={t('nav.company')} width="form" state={!may && t('company.owner_only')}>
      <form className={css.stack} onSubmit={onSubmit} noValidate>
        <ProblemAlert error={problem} onRetry={problem?.code === 'stale' ? () => void refreshMe() : undefined} />
        <Panel title={t('company.about')}>
          <div className={css.form}>
            <TextInput key={form.key('name')} {...props('name')} autoComplete="organization" maxLength={120} required />
            <Select
              label={t('company.kind')}
              disabled={!may}
              allowDeselect={false}
              data={kinds.map((k) => ({ value: k, label: t(`kind.${k || 'none'}`) }))}
              key={form.key('kind')}
              {...form.getInputProps('kind')}
            />
            <TextInput key={form.key('company')} {...props('company')} description={t('company.company_hint')} maxLength={200} />
            <div className={css.pair}>
              <TextInput key={form.key('tax_number')} {...props('tax_number')} description={t('company.tax_number_hint')} inputMode="numeric" maxLength={15} />
              <Select
                label={t('country')}
                description={t('company.country_hint')}
                disabled={!may}
                allowDeselect={false}
                data={countryOptions(t, country)}
                key={form.key('country')}
                {...form.getInputProps('country')}
              />
            </div>
            <TextInput key={form.key('phone')} {...props('phone')} type="tel" maxLength={24} />
            <Textarea key={form.key('actual_address')} {...props('actual_address')} autosize minRows={2} maxLength={400} />
            <Textarea key={form.key('postal_address')} {...props('postal_address')} autosize minRows={2} maxLength={400} />
          </div>
        </Panel>
        <Panel title={t('company.bank')}>
          <div className={css.pair}>
            <TextInput key={form.key('iban')} {...props('iban')} maxLength={42} />
            <TextInput key={form.key('bic')} {...props('bic')} maxLength={11} />
          </div>
        </Panel>
        <Panel title={t('company.time')} hint={t('company.time_hint')}>
          <Select
            label={t('company.zone')}
            disabled={!may}
            allowDeselect={false}
            searchable
            data={zoneOptions(zone, i18n.language as Lang)}
            key={form.key('zone')}
            {...form.getInputProps('zone')}
          />
        </Panel>
        {may && (
          <div className={css.buttons}>
            <Button type="submit" loading={busy}>
              {t('save')}
            </Button>
          </div>
        )}
      </form>
    </Page>
  )
}

const kinds = ['', 'person', 'sole_trader', 'company'] as const

function zoneOptions(current: string, lang: Lang) {
  const all = new Set([current, 'Asia/Almaty', ...Intl.supportedValuesOf('timeZone')])
  return [...all].map((z) => ({ value: z, label: `${z} (${new Fmt(lang, z).offset()})` }))
}
