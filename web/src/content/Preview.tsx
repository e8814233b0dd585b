import { SegmentedControl } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Letter, type PreviewLetterInputBody, previewLetter } from '@/api'
import { Loaded } from '@/ui/Loaded'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { ScrollBox } from '@/ui/ScrollBox'
import css from './Content.module.css'

interface Props {
  letter: Letter
  purpose: 'advertising' | 'transactional' | 'third_party'
}

const views = ['desktop', 'phone', 'dark', 'text'] as const
type View = (typeof views)[number]

interface As {
  dark?: boolean
  lang?: PreviewLetterInputBody['lang']
  /** Id of the one who reads it; sample values without. */
  contact?: string
}

/** usePreview renders a letter on the server 300 ms after the last change: the same renderer that sends it. */
export function usePreview(letter: Letter, purpose: Props['purpose'], { dark = false, lang, contact }: As = {}) {
  const [settled] = useDebouncedValue(letter, 300)
  return useQuery({
    queryKey: ['preview', settled, purpose, dark, lang, contact],
    queryFn: ({ signal }) => previewLetter({ body: { letter: settled, purpose, dark, lang, contact: contact || undefined }, signal }),
    placeholderData: keepPreviousData,
    staleTime: 30 * 60_000,
    gcTime: 60_000,
    retry: false,
  })
}

/** Preview shows the letter as recipients will see it: on a desktop, on a phone, in the dark, as text. */
export function Preview({ letter, purpose }: Props) {
  const { t } = useTranslation('content')
  const [view, setView] = useState<View>('desktop')
  const query = usePreview(letter, purpose, { dark: view === 'dark' })
  return (
    <div className={css.preview}>
      <SegmentedControl
        aria-label={t('preview.title')}
        className={css.views}
        fullWidth
        value={view}
        onChange={(v) => setView(v as View)}
        data={views.map((value) => ({ value, label: t(`preview.${value}`) }))}
      />
      {query.error && query.data && <ProblemAlert error={query.error} onRetry={() => void query.refetch()} />}
      <Loaded query={query}>
        {(p) => (
          <>
            <p className={css.subject}>
              <span className="subtle">{t('preview.subject')}</span> {p.subject || '–'}
            </p>
            {view === 'text' ? (
              <ScrollBox as="pre" className={css.text} label={t('preview.text')}>
                {p.text}
              </ScrollBox>
            ) : (
              <div className={css.frame} data-view={view}>
                <iframe src={p.url} sandbox="" title={t('preview.frame')} />
              </div>
            )}
          </>
        )}
      </Loaded>
    </div>
  )
}
