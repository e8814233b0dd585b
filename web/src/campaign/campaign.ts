import type { Campaign } from '@/api'

export const campaignStates = ['draft', 'scheduled', 'sending', 'paused', 'done', 'cancelled'] as const
export type CampaignState = Campaign['state']

/** Keys of what this feature keeps in the cache. */
export const campaignsKey = ['campaigns']
export const campaignKey = (id: string) => ['campaign', id]
export const preflightKey = (id: string) => ['campaign', id, 'preflight']

/** settled is how many recipients the first attempts are over for. */
export const settled = (c: Campaign['counts']) => c.total - c.pending - c.cancelled

/** isUnderWay tells a campaign whose figures still change by the minute. */
export const isUnderWay = (state: CampaignState) => state === 'sending' || state === 'paused' || state === 'scheduled'
