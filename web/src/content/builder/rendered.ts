import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type Letter, type LetterPreview, type PreviewLetterInputBody, previewLetter } from '@/api'

interface Ask {
  letter: Letter
  purpose: NonNullable<PreviewLetterInputBody['purpose']>
  contact: string
  lang: NonNullable<PreviewLetterInputBody['lang']>
  dark: boolean
}

const pause = 300 // ms after the last change

/** Rendered is a letter as one contact will see it, and its size in bytes. */
export type Rendered = LetterPreview & { size?: number }

/** useRendered lets the server make the letter as it would be sent: the same renderer for preview, checks, test and send. */
export function useRendered(ask: Ask) {
  const [letter] = useDebouncedValue(ask.letter, pause)
  const { purpose, contact, lang, dark } = ask
  return useQuery({
    queryKey: ['rendered', letter, purpose, contact, lang, dark],
    queryFn: ({ signal }): Promise<Rendered> => previewLetter({ body: { letter, purpose, dark, lang, contact: contact || undefined }, signal }),
    placeholderData: keepPreviousData,
    staleTime: 30 * 60_000,
    gcTime: 60_000,
    retry: false,
  })
}
