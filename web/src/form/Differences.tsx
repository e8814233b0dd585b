import { useTranslation } from 'react-i18next'
import type { FormDifference } from '@/api'
import { useFields, useLists, useTags } from '@/contact/contact'
import css from '@/ui/Form.module.css'
import { useWordings } from './form'

/** Differences says in words what publishing would change. */
export function Differences({ list }: { list: FormDifference[] }) {
  const { t } = useTranslation('form')
  const name = useNames()
  return (
    <ul className={css.rows}>
      {list.map((d) => (
        <li key={`${d.part} ${d.name} ${d.what}`}>
          {d.name ? t(`diff.${d.what}`, { what: t(`diff.part.${d.part}`), name: name(d) }) : t('diff.whole', { what: t(`diff.part.${d.part}`) })}
        </li>
      ))}
    </ul>
  )
}

function useNames() {
  const { t } = useTranslation('form')
  const [lists, tags, fields, wordings] = [useLists().data, useTags().data, useFields().data, useWordings().data]
  const of = (all: { id: string; name: string }[] | undefined, id: string) => all?.find((x) => x.id === id)?.name ?? t('diff.gone')
  return (d: FormDifference) => {
    const id = d.name ?? ''
    if (d.part === 'lists') return of(lists, id)
    if (d.part === 'tags') return of(tags, id)
    if (d.part === 'boxes') return of(wordings, id)
    if (d.part === 'texts') return t(`text.${id}`)
    if (d.part === 'domains') return id
    const key = /^(?:f|hidden)\.(.+)$/.exec(id)?.[1]
    if (key) return fields?.find((f) => f.key === key)?.label ?? key
    return t(`field.${id === 'topic' ? 'topics' : id}`, { defaultValue: id })
  }
}
