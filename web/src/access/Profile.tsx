import { Button, Checkbox, Select, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { ifMatch, updateMe } from '@/api'
import { setLang } from '@/app/i18n'
import { refreshMe, setSession, useMe } from '@/app/session'
import { langNames } from '@/app/langNames'
import type { Lang } from '@/lib/fmt'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { toastDone } from '@/ui/toast'
import { useApiForm } from '@/ui/useApiForm'
import { countryOptions } from './countries'
import css from './Form.module.css'

/** Profile is the person: names, post, telephone, language of the interface (ACC-3). */
export function Profile() {
  const { t } = useTranslation('settings')
  const me = useMe()
  const { email, username, first_name, last_name, patronymic, position, phone, country, lang, news, version } = me.member
  const { form, busy, problem, onSubmit } = useApiForm({
    initial: { username, first_name, last_name, patronymic, position, phone, country, lang, news },
    send: (body) => updateMe({ body, headers: ifMatch(version) }),
    onDone: async (member) => {
      setSession({ ...me, member })
      form.setValues({ phone: member.phone } as never)
      toastDone(t('saved'))
      await setLang(member.lang)
    },
  })
  const field = (name: 'username' | 'first_name' | 'last_name' | 'patronymic' | 'position' | 'phone', autoComplete: string) => (
    <TextInput label={t(`profile.${name}`)} autoComplete={autoComplete} maxLength={120} key={form.key(name)} {...form.getInputProps(name)} />
  )
  return (
    <Page title={t('nav.profile')} width="form">
      <Panel>
        <form className={css.form} onSubmit={onSubmit} noValidate>
          <ProblemAlert error={problem} onRetry={problem?.code === 'stale' ? () => void refreshMe() : undefined} />
          <TextInput label={t('profile.email')} description={t('profile.email_hint')} value={email} readOnly disabled />
          <div className={css.pair}>
            {field('first_name', 'given-name')}
            {field('last_name', 'family-name')}
          </div>
          <div className={css.pair}>
            {field('patronymic', 'additional-name')}
            {field('position', 'organization-title')}
          </div>
          <div className={css.pair}>
            {field('username', 'nickname')}
            {field('phone', 'tel')}
          </div>
          <div className={css.pair}>
            <Select
              label={t('country')}
              allowDeselect={false}
              data={countryOptions(t, country)}
              key={form.key('country')}
              {...form.getInputProps('country')}
            />
            <Select
              label={t('profile.lang')}
              data={Object.entries(langNames).map(([value, label]) => ({ value, label }))}
              allowDeselect={false}
              key={form.key('lang')}
              {...form.getInputProps('lang')}
              onChange={(v) => v && form.setFieldValue('lang', v as Lang)}
            />
          </div>
          <Checkbox label={t('profile.news')} key={form.key('news')} {...form.getInputProps('news', { type: 'checkbox' })} />
          <div className={css.buttons}>
            <Button type="submit" loading={busy}>
              {t('save')}
            </Button>
          </div>
        </form>
      </Panel>
    </Page>
  )
}
