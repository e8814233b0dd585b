import { IconForms, IconPlus } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { FormSummary } from '@/api'
import { useCan } from '@/app/session'
import { useFmt } from '@/lib/useFmt'
import { EmptyState } from '@/ui/EmptyState'
import css from '@/ui/Form.module.css'
import { LinkButton } from '@/ui/LinkButton'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { TableSkeleton } from '@/ui/Skeletons'
import { StatusPill } from '@/ui/StatusPill'
import { useForms } from './form'

/** Forms lists the sign-up forms with what they brought in 30 days. */
export function Forms() {
  const { t } = useTranslation('form')
  const may = useCan('contacts.edit')
  const query = useForms()
  const create = may && (
    <LinkButton link={{ to: '/forms/new' }} leftSection={<IconPlus size={18} aria-hidden />}>
      {t('list.create')}
    </LinkButton>
  )
  const some = (query.data?.length ?? 0) > 0
  return (
    <Page title={t('list.title')} state={t('list.state')} primary={some && create}>
      <Loaded query={query} skeleton={<TableSkeleton rows={4} />}>
        {(all) =>
          all.length === 0 ? (
            <Panel>
              <EmptyState icon={IconForms} title={t('list.empty')} text={t('list.empty_text')} action={create} />
            </Panel>
          ) : (
            <Panel flush>
              <ul className={css.rows}>
                {all.map((f) => (
                  <Row key={f.id} form={f} />
                ))}
              </ul>
            </Panel>
          )
        }
      </Loaded>
    </Page>
  )
}

function Row({ form: f }: { form: FormSummary }) {
  const { t } = useTranslation('form')
  const fmt = useFmt()
  const n = (v: number) => fmt.number(v)
  return (
    <li className={css.row}>
      <div className={css.main}>
        <div className={css.name}>
          <Link to="/forms/$id" params={{ id: f.id }}>
            {f.name}
          </Link>
          <FormState form={f} />
        </div>
        <div className="subtle">
          {f.published === 0
            ? t('list.created', { when: fmt.relative(f.created_at) })
            : [
                t('list.views', { count: f.recent.views, n: n(f.recent.views) }),
                t('list.submissions', { count: f.recent.submissions, n: n(f.recent.submissions) }),
                t('list.confirmed', { count: f.recent.confirmed, n: n(f.recent.confirmed) }),
              ].join(' · ')}
        </div>
      </div>
      {f.recent.held > 0 && (
        <Link to="/forms/$id" params={{ id: f.id }} search={{ tab: 'submissions', state: 'held' }}>
          {t('list.held', { count: f.recent.held, n: n(f.recent.held) })}
        </Link>
      )}
    </li>
  )
}

/** FormState says what visitors see. */
export function FormState({ form: f }: { form: Pick<FormSummary, 'published' | 'closed' | 'changed'> }) {
  const { t } = useTranslation('form')
  if (f.published === 0) return <StatusPill>{t('state.draft')}</StatusPill>
  if (f.closed) return <StatusPill tone="warning">{t('state.closed')}</StatusPill>
  return (
    <>
      <StatusPill tone="success">{t('state.live')}</StatusPill>
      {f.changed && <StatusPill tone="info">{t('state.changed')}</StatusPill>}
    </>
  )
}
