// Countries offered in profiles: those whose customers the service expects, and whatever is set already.
const offered = ['KZ', 'KG', 'UZ', 'RU', 'BY', 'AM', 'AZ', 'GE', 'TJ', 'TM', 'MN', 'CN', 'TR', 'AE', 'DE', 'GB', 'US']

/** countryOptions lists the countries by name; the empty choice means that none is given. */
export function countryOptions(t: (key: string, o?: Record<string, unknown>) => string, current: string) {
  const all = offered.includes(current) || current === '' ? offered : [current, ...offered]
  return [{ value: '', label: t('country.none') }, ...all.map((c) => ({ value: c, label: t(`country.${c}`, { defaultValue: c }) }))]
}
