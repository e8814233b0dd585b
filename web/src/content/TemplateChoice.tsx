import { Radio } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { langNames } from '@/app/langNames'
import type { Lang } from '@/lib/fmt'
import form from '@/ui/Form.module.css'
import { Loaded } from '@/ui/Loaded'
import { useTemplates } from './content'

interface Props {
  /** Id of a template; empty begins with an empty letter. */
  value: string
  onChange: (id: string) => void
}

/** TemplateChoice offers what a letter may begin with. */
export function TemplateChoice({ value, onChange }: Props) {
  const { t } = useTranslation('campaign')
  const templates = useTemplates()
  return (
    <Radio.Group label={t('template.label')} value={value} onChange={onChange}>
      <div className={form.stack}>
        <Radio value="" label={t('template.blank')} />
        <Loaded query={templates}>
          {(all) => all.map((x) => <Radio key={x.id} value={x.id} label={x.lang ? `${x.name} · ${langNames[x.lang as Lang]}` : x.name} description={x.letter.subject} />)}
        </Loaded>
      </div>
    </Radio.Group>
  )
}
