import { IconPlus, IconTemplate } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Template } from '@/api'
import { langNames } from '@/app/langNames'
import { useCan } from '@/app/session'
import type { Lang } from '@/lib/fmt'
import { useFmt } from '@/lib/useFmt'
import { EmptyState } from '@/ui/EmptyState'
import form from '@/ui/Form.module.css'
import { LinkButton } from '@/ui/LinkButton'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { TableSkeleton } from '@/ui/Skeletons'
import { useTemplates } from './content'

/** Templates are letters that campaigns begin with: the account's own, and those that come with the product. */
export function Templates() {
  const { t } = useTranslation('content')
  const canEdit = useCan('campaigns.edit')
  const query = useTemplates()
  const create = canEdit && (
    <LinkButton link={{ to: '/templates/new', search: {} }} leftSection={<IconPlus size={18} aria-hidden />}>
      {t('list.create')}
    </LinkButton>
  )
  return (
    <Page title={t('list.title')} state={t('list.state')} primary={create}>
      <Loaded query={query} skeleton={<TableSkeleton rows={4} />}>
        {(all) => {
          const own = all.filter((x) => !x.builtin)
          return (
            <div className={form.stack}>
              <Panel title={t('list.own')} flush>
                {own.length === 0 ? <EmptyState icon={IconTemplate} title={t('list.empty')} text={t('list.empty_text')} /> : <Rows templates={own} />}
              </Panel>
              <Panel title={t('list.builtin')} flush>
                <Rows templates={all.filter((x) => x.builtin)} canCopy={canEdit} />
              </Panel>
            </div>
          )
        }}
      </Loaded>
    </Page>
  )
}

function Rows({ templates, canCopy }: { templates: Template[]; canCopy?: boolean }) {
  const { t } = useTranslation('content')
  const fmt = useFmt()
  return (
    <ul className={form.rows}>
      {templates.map((x) => (
        <li key={x.id} className={form.row}>
          <div className={form.main}>
            <Link to="/templates/$id" params={{ id: x.id }} className={form.name}>
              {x.name}
            </Link>
            <div className="subtle">
              {[x.lang && langNames[x.lang as Lang], x.letter.subject, x.updated_at && fmt.relative(x.updated_at)].filter(Boolean).join(' · ')}
            </div>
          </div>
          {canCopy && (
            <LinkButton variant="default" link={{ to: '/templates/new', search: { from: x.id } }} aria-label={t('list.copy_named', { name: x.name })}>
              {t('list.copy')}
            </LinkButton>
          )}
        </li>
      ))}
    </ul>
  )
}
