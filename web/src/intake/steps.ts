import type { Import } from '@/api'

/** Steps of the wizard. The first is another screen, since there is no import yet. */
export const importSteps = ['file', 'columns', 'rules', 'check'] as const
export type ImportStep = (typeof importSteps)[number]

export const importsKey = ['imports']
export const importKey = (id: string) => ['import', id]

/** isOpen tells an import that can still be set up. */
export const isOpen = (i: Import) => i.state === 'draft' || i.state === 'checking' || i.state === 'ready'

/** hasEnded tells an import whose work is over. */
export const hasEnded = (i: Import) => ['done', 'cancelled', 'failed', 'undoing', 'undone'].includes(i.state)
