import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, Navigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { getTemplate, ifMatch, updateTemplate } from '@/api'
import { useCan } from '@/app/session'
import { LinkButton } from '@/ui/LinkButton'
import { Loaded } from '@/ui/Loaded'
import { FormSkeleton } from '@/ui/Skeletons'
import { templateKey, templatesKey } from '../content'
import { Design } from './Design'
import { docOf } from './doc'

const route = getRouteApi('/desk/templates/$id/design')

/** TemplateDesign edits a template of blocks. */
export function TemplateDesign() {
  const { t } = useTranslation('content')
  const { id } = route.useParams()
  const client = useQueryClient()
  const may = useCan('campaigns.edit')
  const fetch = () => getTemplate({ path: { id } })
  const query = useQuery({ queryKey: [...templateKey(id), 'design'], queryFn: fetch, staleTime: Infinity, gcTime: 0 })
  const template = query.data
  if (!template) {
    return (
      <Loaded query={query} skeleton={<FormSkeleton />}>
        {() => null}
      </Loaded>
    )
  }
  // What comes with the product is copied, not changed; a letter of HTML has its own editor.
  if (template.builtin || !docOf(template.letter)) return <Navigate to="/templates/$id" params={{ id }} replace />
  return (
    <Design
      key={id}
      item={template}
      keep={`template:${id}`}
      title={template.name}
      name={template.name}
      back={{ to: '/templates', label: t('list.title') }}
      purpose="advertising"
      canEdit={may}
      fetch={fetch}
      save={(change, version) => updateTemplate({ path: { id }, headers: ifMatch(version), body: change })}
      onSaved={(saved) => {
        client.setQueryData(templateKey(id), saved)
        void client.invalidateQueries({ queryKey: templatesKey })
      }}
      actions={() => may && <LinkButton link={{ to: '/campaigns/new', search: { template: id } }}>{t('design.use')}</LinkButton>}
    />
  )
}
