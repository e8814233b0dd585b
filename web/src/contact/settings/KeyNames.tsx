import { useTranslation } from 'react-i18next'
import type { ConsentKey } from '@/api'
import { inLang, useTopics } from '../consent'

/** KeyNames says in words what a wording is a consent to. */
export function KeyNames({ keys }: { keys: ConsentKey[] }) {
  const { t, i18n } = useTranslation('contact')
  const topics = useTopics()
  const name = (k: ConsentKey) => {
    const topic = topics.data?.find((x) => x.id === k.topic)
    return `${t(`channel.${k.channel}`)}: ${t(`purpose.${k.purpose}`)}${topic ? ` (${inLang(topic.name, i18n.language)})` : ''}`
  }
  return <>{keys.map(name).join(', ')}</>
}
