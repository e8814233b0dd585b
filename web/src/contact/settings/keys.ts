import type { ConsentKey } from '@/api'

/** What a form holds of the keys of a wording: each purpose on each channel, advertising perhaps on one topic. */
export interface Chosen extends Record<string, unknown> {
  channels: string[]
  purposes: string[]
  topic: string | null
}

/** keysOf makes the keys of what was chosen. */
export const keysOf = ({ channels, purposes, topic }: Chosen): ConsentKey[] =>
  channels.flatMap((channel) =>
    purposes.map((purpose) => ({
      channel: channel as ConsentKey['channel'],
      purpose: purpose as ConsentKey['purpose'],
      ...(purpose === 'advertising' && topic ? { topic } : {}),
    })),
  )

/** chosenOf is what a form begins with. */
export function chosenOf(keys: ConsentKey[] | undefined): Chosen {
  const once = (list: string[]) => [...new Set(list)]
  if (!keys) return { channels: ['email'], purposes: ['advertising'], topic: '' }
  return { channels: once(keys.map((k) => k.channel)), purposes: once(keys.map((k) => k.purpose)), topic: keys.find((k) => k.topic)?.topic ?? '' }
}
