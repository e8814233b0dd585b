/** Names of the languages in themselves. */
export const langNames = { ru: 'Русский', kk: 'Қазақша', en: 'English' } as const
