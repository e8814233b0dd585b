import { Select } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { inLang, useTopics } from '@/contact/consent'

interface Props {
  topic: string
  onChange: (topic: string) => void
  disabled: boolean
}

/** TopicChoice says what a mailing is about: whoever left the topic does not get it, and the others can leave only it. */
export function TopicChoice({ topic, onChange, disabled }: Props) {
  const { t, i18n } = useTranslation('campaign')
  const topics = useTopics()
  const offered = topics.data?.filter((x) => !x.archived || x.id === topic) ?? []
  if (offered.length === 0) return null
  return (
    <Select
      id="part-topic"
      label={t('topic.label')}
      description={t('topic.hint')}
      disabled={disabled}
      allowDeselect={false}
      data={[{ value: '', label: t('topic.none') }, ...offered.map((x) => ({ value: x.id, label: inLang(x.name, i18n.language) }))]}
      value={topic}
      onChange={(v) => onChange(v ?? '')}
    />
  )
}
