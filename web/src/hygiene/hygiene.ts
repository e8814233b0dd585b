/** Keys of what this feature keeps in the cache. */
export const duplicatesKey = ['duplicates']
export const mergesKey = ['merges']
