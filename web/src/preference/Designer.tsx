import { Button, Checkbox, SegmentedControl, Textarea, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import {
  addPreferenceLogo,
  getPreferencePage,
  ifMatch,
  listPreferenceVersions,
  listTopics,
  once,
  type PreferenceDesign,
  type PreferencePage,
  publishPreferencePage,
  restorePreferenceVersion,
} from '@/api'
import { langNames } from '@/app/langNames'
import { useCan } from '@/app/session'
import type { Lang } from '@/lib/fmt'
import { useFmt } from '@/lib/useFmt'
import { CopyField } from '@/ui/CopyField'
import form from '@/ui/Form.module.css'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { FormSkeleton } from '@/ui/Skeletons'
import { toastDone } from '@/ui/toast'
import { inOrder } from './order'
import { OrderList } from './OrderList'
import css from './Preference.module.css'
import { pageKey, type Saving, useDraft } from './useDraft'

const langs = ['ru', 'kk', 'en'] as const
const channels = ['email', 'sms', 'viber', 'whatsapp', 'telegram', 'instagram'] as const
const versionsKey = ['preference-page', 'versions'] as const

/** Designer is the page on which contacts choose what they get: the account's words, look and offers, with the page itself beside them. */
export function Designer() {
  const { t } = useTranslation('preference')
  const query = useQuery({ queryKey: pageKey, queryFn: ({ signal }) => getPreferencePage({ signal }) })
  if (query.data) return <Editor page={query.data} />
  return (
    <Page title={t('title')}>
      <Loaded query={query} skeleton={<FormSkeleton />}>
        {() => null}
      </Loaded>
    </Page>
  )
}

function Editor({ page }: { page: PreferencePage }) {
  const { t } = useTranslation('preference')
  const may = useCan('contacts.edit')
  const draft = useDraft(page)
  const [lang, setLang] = useState<Lang>('ru')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const attempt = async (work: () => Promise<unknown>) => {
    setBusy(true)
    setError(null)
    try {
      await work()
    } catch (e) {
      setError(e)
    } finally {
      setBusy(false)
    }
  }
  const publish = () =>
    attempt(async () => {
      await draft.flush()
      draft.take(await publishPreferencePage({ headers: { ...ifMatch(draft.version()), ...once() } }))
      toastDone(t('published'))
    })
  const reload = () => attempt(async () => draft.take(await getPreferencePage()))
  const unpublished = page.live === 0 || page.changes.length > 0
  return (
    <Page
      title={t('title')}
      width="wide"
      state={<State page={page} saving={draft.saving} />}
      primary={
        may && (
          <Button loading={busy} disabled={!unpublished || draft.saving.is === 'stale'} onClick={() => void publish()}>
            {t('publish')}
          </Button>
        )
      }
      actions={
        <Button variant="default" component="a" href={page.url} target="_blank" rel="noreferrer">
          {t('open')}
        </Button>
      }
    >
      <ProblemAlert error={error ?? (draft.saving.is === 'refused' ? draft.saving.error : null)} />
      {draft.saving.is === 'stale' && (
        <div className={form.note} data-tone="warning" role="alert">
          {t('stale')}{' '}
          <button type="button" className={form.link} onClick={() => void reload()}>
            {t('reload')}
          </button>
        </div>
      )}
      <div className={css.split}>
        <div className={css.column}>
          <Words design={draft.design} lang={lang} onLang={setLang} onChange={draft.change} disabled={!may} />
          <Look page={page} design={draft.design} onChange={draft.change} disabled={!may} />
          <Offers design={draft.design} onChange={draft.change} disabled={!may} lang={lang} />
          <Panel title={t('address.title')} hint={t('address.hint')}>
            <CopyField label={t('address.label')} value={page.url} />
          </Panel>
          {page.live > 0 && (
            <Versions
              live={page.live}
              disabled={!may || busy}
              onRestore={(live) => void attempt(async () => draft.take(await restorePreferenceVersion({ path: { live }, headers: once() })))}
            />
          )}
        </div>
        <Preview page={page} lang={lang} onLang={setLang} />
      </div>
    </Page>
  )
}

function State({ page, saving }: { page: PreferencePage; saving: Saving }) {
  const { t } = useTranslation('preference')
  const fmt = useFmt()
  if (saving.is === 'waiting') return <span role="status">{t('state.saving')}</span>
  if (page.live === 0) return <span>{t('state.first')}</span>
  if (page.changes.length > 0) return <span>{t('state.changes', { list: page.changes.map((c) => t(`change.${c}`)).join(', ') })}</span>
  return <span>{t('state.live', { live: page.live, at: page.published_at ? fmt.dateTime(page.published_at) : '' })}</span>
}

interface PartProps {
  design: PreferenceDesign
  onChange: (part: Partial<PreferenceDesign>) => void
  disabled: boolean
}

function Words({ design, lang, onLang, onChange, disabled }: PartProps & { lang: Lang; onLang: (l: Lang) => void }) {
  const { t } = useTranslation('preference')
  const field = (name: 'title' | 'intro' | 'farewell') => ({
    label: t(`words.${name}`),
    description: t(`words.${name}_hint`),
    value: design[name][lang],
    disabled,
    lang,
    onChange: (e: { currentTarget: { value: string } }) => onChange({ [name]: { ...design[name], [lang]: e.currentTarget.value } }),
  })
  return (
    <Panel title={t('words.heading')}>
      <div className={css.stack}>
        <Langs value={lang} onChange={onLang} label={t('words.lang')} />
        <TextInput {...field('title')} maxLength={80} />
        <Textarea {...field('intro')} autosize minRows={2} maxRows={8} maxLength={600} />
        <Textarea {...field('farewell')} autosize minRows={2} maxRows={6} maxLength={300} />
      </div>
    </Panel>
  )
}

function Langs({ value, onChange, label }: { value: Lang; onChange: (l: Lang) => void; label: string }) {
  return (
    <SegmentedControl
      aria-label={label}
      value={value}
      onChange={(v) => onChange(v as Lang)}
      data={langs.map((l) => ({ value: l, label: langNames[l] }))}
    />
  )
}

const hex = /^#[0-9a-f]{6}$/i
const productColour = '#08768b'

function Look({ page, design, onChange, disabled }: PartProps & { page: PreferencePage }) {
  const { t } = useTranslation('preference')
  const file = useRef<HTMLInputElement>(null)
  const [error, setError] = useState<unknown>(null)
  const [colour, setColour] = useState(design.colour)
  const paint = (c: string) => {
    setColour(c)
    if (c === '' || hex.test(c)) onChange({ colour: c })
  }
  const upload = async (picture: File | undefined) => {
    if (!picture) return
    setError(null)
    try {
      onChange({ logo: (await addPreferenceLogo({ body: picture, headers: once() })).id })
    } catch (e) {
      setError(e)
    }
  }
  const adapted = design.colour !== '' && page.palette.button === design.colour && page.palette.light !== design.colour
  return (
    <Panel title={t('look.heading')}>
      <div className={css.stack}>
        <div className={css.logo}>
          {design.logo !== '' && page.logo?.id === design.logo && <img src={page.logo.url} alt={t('look.logo')} />}
          <input
            ref={file}
            type="file"
            accept="image/png,image/jpeg,image/gif"
            hidden
            onChange={(e) => {
              void upload(e.currentTarget.files?.[0])
              e.currentTarget.value = ''
            }}
          />
          <Button variant="default" disabled={disabled} onClick={() => file.current?.click()}>
            {t(design.logo === '' ? 'look.add_logo' : 'look.other_logo')}
          </Button>
          {design.logo !== '' && (
            <Button variant="subtle" disabled={disabled} onClick={() => onChange({ logo: '' })}>
              {t('look.no_logo')}
            </Button>
          )}
        </div>
        <p className="subtle">{t('look.logo_hint')}</p>
        <ProblemAlert error={error} />
        <div className={css.colour}>
          <TextInput
            label={t('look.colour')}
            placeholder={productColour}
            value={colour}
            maxLength={7}
            disabled={disabled}
            onChange={(e) => paint(e.currentTarget.value.trim())}
            error={colour !== '' && !hex.test(colour) && t('look.colour_wrong')}
          />
          <input
            type="color"
            className={css.swatch}
            aria-label={t('look.pick')}
            value={hex.test(colour) ? colour : productColour}
            disabled={disabled}
            onChange={(e) => paint(e.currentTarget.value)}
          />
        </div>
        <p className="subtle">{t(adapted ? 'look.adapted' : 'look.colour_hint')}</p>
      </div>
    </Panel>
  )
}

function Offers({ design, onChange, disabled, lang }: PartProps & { lang: Lang }) {
  const { t } = useTranslation('preference')
  const topics = useQuery({ queryKey: ['topics'], queryFn: ({ signal }) => listTopics({ signal }) })
  const ordered = inOrder(channels, design.channels, (c) => c)
  const live = topics.data?.items.filter((x) => !x.archived) ?? []
  const listed = inOrder(live, design.topics, (x) => x.id)
  return (
    <Panel title={t('offers.heading')} hint={t('offers.hint')}>
      <div className={css.stack}>
        <div>
          <h3>{t('offers.channels')}</h3>
          <OrderList
            label={t('offers.channels')}
            disabled={disabled}
            items={ordered.map((c) => ({ id: c, name: t(`channel.${c}`), on: design.channels.includes(c), fixed: c === 'email' }))}
            onOrder={(ids) => onChange({ channels: ids as PreferenceDesign['channels'] })}
            onToggle={(id, on) => onChange({ channels: ordered.filter((c) => (c === id ? on : design.channels.includes(c))) })}
          />
        </div>
        <div>
          <h3>{t('offers.topics')}</h3>
          {live.length === 0 ? (
            <p className="subtle">{t('offers.no_topics')}</p>
          ) : (
            <OrderList
              label={t('offers.topics')}
              disabled={disabled}
              items={listed.map((x) => ({ id: x.id, name: x.name[lang] || x.name.ru, on: !design.hidden.includes(x.id) }))}
              onOrder={(ids) => onChange({ topics: ids })}
              onToggle={(id, on) =>
                onChange({
                  topics: on ? design.topics : design.topics.filter((x) => x !== id),
                  hidden: on ? design.hidden.filter((x) => x !== id) : [...design.hidden, id],
                })
              }
            />
          )}
        </div>
        <Checkbox
          label={t('offers.pause')}
          description={t('offers.pause_hint')}
          checked={design.pause}
          disabled={disabled}
          onChange={(e) => onChange({ pause: e.currentTarget.checked })}
        />
        <Checkbox
          label={t('offers.others')}
          description={t('offers.others_hint')}
          checked={design.others}
          disabled={disabled}
          onChange={(e) => onChange({ others: e.currentTarget.checked })}
        />
      </div>
    </Panel>
  )
}

function Versions({ live, disabled, onRestore }: { live: number; disabled: boolean; onRestore: (live: number) => void }) {
  const { t } = useTranslation('preference')
  const fmt = useFmt()
  const query = useQuery({ queryKey: [...versionsKey, live], queryFn: ({ signal }) => listPreferenceVersions({ signal }) })
  return (
    <Panel title={t('versions.title')}>
      <Loaded query={query}>
        {(list) => (
          <ul className={css.versions}>
            {list.items.map((v) => (
              <li key={v.live}>
                <span>
                  {t('versions.name', { live: v.live })} <span className="subtle">{fmt.dateTime(v.at)}</span>
                </span>
                {v.live === live ? (
                  <span className="subtle">{t('versions.now')}</span>
                ) : (
                  <Button variant="subtle" size="xs" disabled={disabled} onClick={() => onRestore(v.live)} aria-label={t('versions.restore_this', { live: v.live })}>
                    {t('versions.restore')}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Panel>
  )
}

function Preview({ page, lang, onLang }: { page: PreferencePage; lang: Lang; onLang: (l: Lang) => void }) {
  const { t } = useTranslation('preference')
  const [view, setView] = useState<'desktop' | 'phone'>('desktop')
  return (
    <section className={css.preview} aria-label={t('preview.title')}>
      <div className={css.views}>
        <SegmentedControl
          aria-label={t('preview.title')}
          value={view}
          onChange={(v) => setView(v as typeof view)}
          data={(['desktop', 'phone'] as const).map((value) => ({ value, label: t(`preview.${value}`) }))}
        />
        <Langs value={lang} onChange={onLang} label={t('preview.lang')} />
      </div>
      <div className={css.frame} data-view={view}>
        <iframe src={`/api/v1/preference-page/preview?lang=${lang}&draft=${page.version}`} sandbox="" title={t('preview.frame')} />
      </div>
    </section>
  )
}
