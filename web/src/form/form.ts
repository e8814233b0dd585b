import { useQuery } from '@tanstack/react-query'
import { type Form, type FormDesign, type FormField, type FormTexts, getForm, listForms, listTopics, listWordings, type Words } from '@/api'

export const formsKey = ['forms']
export const formKey = (id: string) => ['form', id]
export const submissionsKey = (id: string) => ['form', id, 'submissions']

/** useForms gives the forms of the account, the newest first. */
export function useForms() {
  return useQuery({ queryKey: formsKey, queryFn: async ({ signal }) => (await listForms({ signal })).items })
}

/** useForm gives one form with its draft. */
export function useForm(id: string) {
  return useQuery({ queryKey: formKey(id), queryFn: ({ signal }) => getForm({ path: { id }, signal }) })
}

/** useWordings gives the texts of consent, archived ones last. */
export function useWordings() {
  return useQuery({ queryKey: ['wordings'], queryFn: async ({ signal }) => (await listWordings({ signal })).items, staleTime: 30_000 })
}

/** useTopics gives what the account writes about. */
export function useTopics() {
  return useQuery({ queryKey: ['topics'], queryFn: async ({ signal }) => (await listTopics({ signal })).items, staleTime: 30_000 })
}

export const noWords: Words = { ru: '', kk: '', en: '' }

// Quotation marks inside «» become the inner ones.
const inner = (name: string) => name.replaceAll('«', '„').replaceAll('»', '“')

/** standardWording is the first text of consent, in all three languages at once: it is what people will agree to, not a text of the cabinet. */
export const standardWording = (account: string): Words => ({
  ru: `Согласен получать новости и предложения «${inner(account)}» по электронной почте. Отписаться можно в любой момент по ссылке в письме.`,
  kk: `«${inner(account)}» жаңалықтары мен ұсыныстарын электрондық пошта арқылы алуға келісемін. Хаттағы сілтеме арқылы кез келген уақытта бас тартуға болады.`,
  en: `I agree to receive news and offers of “${account}” by e-mail. I can leave at any time by the link in a letter.`,
})

export const recipes = ['site', 'landing', 'till'] as const
export type Recipe = (typeof recipes)[number]

/** draftOf is what a new form begins with. */
export function draftOf(recipe: Recipe, wording: string, lists: string[]): FormDesign {
  const fields: Record<Recipe, FormField[]> = {
    site: [{ sort: 'email', required: true }, { sort: 'first_name' }],
    landing: [{ sort: 'email', required: true }, { sort: 'first_name', required: true }, { sort: 'last_name' }],
    till: [{ sort: 'first_name' }, { sort: 'email', required: true }],
  }
  return {
    fields: fields[recipe],
    boxes: [{ wording, required: true }],
    texts: {},
    lists,
    tags: [],
    double_opt_in: true,
    redirect: '',
    colour: '',
    logo: true,
    domains: [],
  }
}

/** fieldKey tells the fields of a form apart. */
export const fieldKey = (f: FormField) => [f.sort, f.key, f.param].filter(Boolean).join(':')

/** moved puts one element elsewhere. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  if (to < 0 || to >= list.length) return [...list]
  const out = [...list]
  out.splice(to, 0, ...out.splice(from, 1))
  return out
}

/** withText puts one text of one language into the texts of a form; a text that is empty everywhere goes. */
export function withText(texts: FormTexts | undefined, name: keyof FormTexts, lang: keyof Words, value: string): FormTexts {
  const words = { ...noWords, ...texts?.[name], [lang]: value }
  return { ...texts, [name]: words }
}

/** domainsOf reads a field with one site in a line. */
export const domainsOf = (text: string) => [...new Set(text.split(/[\s,;]+/).filter(Boolean))]

const attribute = (s: string) => s.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')

/** scriptSnippet shows the form in a page of the site, or a button that opens it. */
export function scriptSnippet(form: Form, mode: 'inline' | 'popup', button = ''): string {
  const popup = mode === 'popup' ? ` data-mode="popup"${button ? ` data-button="${attribute(button)}"` : ''}` : ''
  return `<script src="${attribute(form.script)}" data-form="${form.key}"${popup} async></script>`
}

interface PlainBox {
  wording: string
  version: number
  text: string
  required?: boolean
}

/** plainSnippet is an HTML form for sites that allow no scripts. It asks only for what everybody has: addresses, names, consents. */
export function plainSnippet(form: Form, lang: keyof Words, label: (f: FormField) => string, boxes: PlainBox[], button: string): string {
  const kinds: Partial<Record<FormField['sort'], string>> = { email: 'email', phone: 'tel', first_name: 'text', last_name: 'text' }
  const fields = form.draft.fields.flatMap((f) => {
    const type = kinds[f.sort]
    return type ? [`  <label>${attribute(label(f))} <input type="${type}" name="${f.sort}"${f.required ? ' required' : ''}></label>`] : []
  })
  const consents = boxes.map(
    (b) => `  <label><input type="checkbox" name="box.${b.wording}" value="${b.version}"${b.required ? ' required' : ''}> ${attribute(b.text)}</label>`,
  )
  return [
    `<form method="post" action="${attribute(form.url)}" accept-charset="utf-8">`,
    `  <input type="hidden" name="lang" value="${lang}">`,
    ...fields,
    ...consents,
    '  <input name="website" tabindex="-1" autocomplete="off" aria-hidden="true" hidden>',
    `  <button>${attribute(button)}</button>`,
    '</form>',
  ].join('\n')
}

/** share is part of whole in percent, null when there is no whole. */
export const share = (part: number, whole: number) => (whole > 0 ? part / whole : null)
