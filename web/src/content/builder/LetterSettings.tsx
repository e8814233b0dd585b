import { Checkbox, NativeSelect, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { langNames } from '@/app/langNames'
import { langs as allLangs } from '@/lib/fmt'
import { useBuilder } from './context'
import type { Lang } from './doc'
import css from './Inspector.module.css'
import { ColorLine, Section, Whole } from './inputs'
import { walk } from './place'
import { lacks, says } from './says'
import { fonts } from './style'

/** LetterSettings are of the whole letter: what stands in the list of letters, languages, the look. */
export function LetterSettings() {
  return (
    <>
      <Envelope />
      <Languages />
      <Look />
    </>
  )
}

function Envelope() {
  const { t } = useTranslation(['builder', 'content'])
  const { envelope, name } = useBuilder()
  return (
    <Section title={t('letter.envelope')} ownUndo>
      {name && <TextInput label={t('content:edit.name')} maxLength={120} value={name.value} error={name.value.trim() === '' && t('letter.name_needed')} onChange={(e) => name.set(e.currentTarget.value)} />}
      <TextInput
        id="letter-subject"
        label={t('content:letter.subject')}
        description={t('content:letter.subject_hint')}
        maxLength={255}
        value={envelope.subject}
        onChange={(e) => envelope.set('subject', e.currentTarget.value)}
      />
      <TextInput
        id="letter-preheader"
        label={t('content:letter.preheader')}
        description={t('content:letter.preheader_hint')}
        maxLength={255}
        value={envelope.preheader}
        onChange={(e) => envelope.set('preheader', e.currentTarget.value)}
      />
    </Section>
  )
}

function Languages() {
  const { t } = useTranslation('builder')
  const { editor, envelope, lang, setLang } = useBuilder()
  const { doc, verbs } = editor
  const { langs, default_lang: main } = doc.meta
  const missing = langs.map((l) => ({ lang: l, blocks: walk(doc).filter((f) => lacks(f.block, l, main)) })).filter((m) => m.blocks.length > 0)
  const toggle = (l: Lang, on: boolean) => {
    const next = on ? allLangs.filter((x) => x === l || langs.includes(x)) : langs.filter((x) => x !== l)
    if (next.length === 0) return
    envelope.setLangs(next, main)
    if (!next.includes(lang)) setLang(next[0]!)
  }
  return (
    <Section title={t('langs.title')}>
      <p className="subtle">{t('langs.hint')}</p>
      {allLangs.map((l) => (
        <Checkbox key={l} label={langNames[l]} checked={langs.includes(l)} disabled={langs.length === 1 && langs.includes(l)} onChange={(e) => toggle(l, e.currentTarget.checked)} />
      ))}
      {langs.length > 1 && (
        <NativeSelect label={t('langs.main')} value={main} onChange={(e) => envelope.setLangs(langs, e.currentTarget.value as Lang)}>
          {langs.map((l) => (
            <option key={l} value={l}>
              {langNames[l]}
            </option>
          ))}
        </NativeSelect>
      )}
      {missing.map((m) => (
        <div key={m.lang} className={css.field}>
          <span className={css.label}>{t('langs.missing', { lang: langNames[m.lang], count: m.blocks.length, n: String(m.blocks.length) })}</span>
          <ul className={css.missing}>
            {m.blocks.map(({ block }) => (
              <li key={block.id}>
                <button
                  type="button"
                  onClick={() => {
                    setLang(m.lang)
                    verbs.choose(block.id)
                  }}
                >
                  {t(`block.${block.type}`, { defaultValue: t('block.unknown') })}: {says(block, main, main)}
                </button>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </Section>
  )
}

function Look() {
  const { t } = useTranslation('builder')
  const { editor } = useBuilder()
  const { theme } = editor.doc
  const set = editor.verbs.theme
  const colors = ['primary', 'on_primary', 'text', 'muted', 'link', 'link_dark', 'surface', 'bg'] as const
  return (
    <Section title={t('theme.title')}>
      <NativeSelect label={t('theme.font')} value={theme.font} onChange={(e) => set({ font: e.currentTarget.value })}>
        {Object.keys(fonts).map((f) => (
          <option key={f} value={f}>
            {t(`font.${f}`)}
          </option>
        ))}
      </NativeSelect>
      <div className={css.pair}>
        <Whole label={t('look.size')} value={theme.size} min={13} max={22} onChange={(size) => set({ size }, 'size')} />
        <Whole label={t('look.radius')} value={theme.radius} min={0} max={32} onChange={(radius) => set({ radius }, 'radius')} />
        <Whole label={t('theme.gap')} value={theme.gap} min={0} max={48} onChange={(gap) => set({ gap }, 'gap')} />
      </div>
      {colors.map((c) => (
        <ColorLine key={c} plain label={t(`color.${c}`)} value={theme[c]} onChange={(v) => v && set({ [c]: v }, c)} />
      ))}
    </Section>
  )
}
