import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type AcceptedDocument, type Document, listDocuments } from '@/api'
import { useLang } from '@/app/useLang'
import { Loaded } from '@/ui/Loaded'
import css from './Documents.module.css'

const DocumentDrawer = lazy(() => import('./DocumentDrawer'))

/** useDocuments gives the documents in force, in the language of the interface. */
export function useDocuments() {
  const { lang } = useLang()
  return useQuery({
    queryKey: ['documents', lang],
    queryFn: async ({ signal }) => (await listDocuments({ query: { lang }, signal })).items,
    staleTime: 300_000,
  })
}

/** toAccepted names the documents that pressing the button signs. */
export const toAccepted = (list: Document[]): AcceptedDocument[] =>
  list.filter((d) => d.required).map((d) => ({ document: d.name, version: d.version }))

interface Props {
  query: UseQueryResult<Document[]>
  /** Says what pressing the button means. */
  sentence: string
}

/** Documents stands above a button that signs: which documents, which versions, each opening beside the form. */
export function Documents({ query, sentence }: Props) {
  const { t } = useTranslation('access')
  const [open, setOpen] = useState<Document | null>(null)
  return (
    <div className={css.signing}>
      <p>{sentence}</p>
      <Loaded query={query}>
        {(list) => (
          <ul>
            {list
              .filter((d) => d.required)
              .map((d) => (
                <li key={d.name}>
                  <button type="button" className={css.link} onClick={() => setOpen(d)}>
                    {t('documents.name', { title: d.title, version: d.version })}
                  </button>
                </li>
              ))}
          </ul>
        )}
      </Loaded>
      <Suspense>{open && <DocumentDrawer document={open} onClose={() => setOpen(null)} />}</Suspense>
    </div>
  )
}
