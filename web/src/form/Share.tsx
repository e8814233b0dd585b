import { Button, SegmentedControl, Select } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { lazy, Suspense, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Form, FormField } from '@/api'
import { langNames } from '@/app/langNames'
import { useLang } from '@/app/useLang'
import type { Lang } from '@/lib/fmt'
import { CopyField } from '@/ui/CopyField'
import form from '@/ui/Form.module.css'
import { Panel } from '@/ui/Panel'
import css from './Form.module.css'
import { plainSnippet, scriptSnippet, useWordings } from './form'

const QrCode = lazy(() => import('@/ui/QrCode'))

/** Share says where to put the form: its own page, a QR code, a site. */
export function Share({ form: f }: { form: Form }) {
  const { t } = useTranslation('form')
  return (
    <div className={form.stack}>
      <Panel title={t('share.page')} hint={t('share.page_hint')}>
        <div className={form.stack}>
          <CopyField label={t('share.link')} value={f.url} />
          <p>
            <a href={f.url} target="_blank" rel="noreferrer">
              {t('share.open')}
            </a>
          </p>
        </div>
      </Panel>
      <Qr form={f} />
      <Embed form={f} />
    </div>
  )
}

function Qr({ form: f }: { form: Form }) {
  const { t } = useTranslation('form')
  const box = useRef<HTMLDivElement>(null)
  const save = () => {
    const svg = box.current?.querySelector('svg')
    if (!svg) return
    const copy = svg.cloneNode(true) as SVGElement
    copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
    const a = document.createElement('a')
    a.href = URL.createObjectURL(new Blob([copy.outerHTML], { type: 'image/svg+xml' }))
    a.download = `${f.key}.svg`
    a.click()
    URL.revokeObjectURL(a.href)
  }
  return (
    <Panel title={t('share.qr')} hint={t('share.qr_hint')}>
      <div className={form.stack}>
        <div ref={box} className={css.qr}>
          <Suspense fallback={<div style={{ width: 200, height: 200 }} />}>
            <QrCode value={f.url} size={200} label={t('share.qr_label', { name: f.name })} />
          </Suspense>
        </div>
        <div className={form.buttons}>
          <Button variant="default" leftSection={<IconDownload size={16} aria-hidden />} onClick={save}>
            {t('share.qr_save')}
          </Button>
        </div>
      </div>
    </Panel>
  )
}

type Mode = 'inline' | 'popup' | 'plain'

function Embed({ form: f }: { form: Form }) {
  const { t } = useTranslation('form')
  const [mode, setMode] = useState<Mode>('inline')
  const [lang, setLang] = useState<Lang>(useLang().lang)
  const wordings = useWordings().data ?? []
  const boxes = f.draft.boxes.flatMap((b) => {
    const w = wordings.find((x) => x.id === b.wording)
    return w ? [{ wording: w.id, version: w.version, text: w.text[lang] || w.text.ru, required: b.required }] : []
  })
  const label = (x: FormField) => x.label?.[lang] || x.label?.ru || t(`field.${x.sort}`)
  const snippet =
    mode === 'plain'
      ? plainSnippet(f, lang, label, boxes, f.draft.texts?.button?.[lang] || f.draft.texts?.button?.ru || t('text.button_default'))
      : scriptSnippet(f, mode)
  return (
    <Panel title={t('share.site')} hint={t('share.site_hint')}>
      <div className={form.stack}>
        {(f.draft.domains ?? []).length === 0 && (
          <p className={form.note} data-tone="warning">
            {t('share.no_sites')}
          </p>
        )}
        <SegmentedControl
          aria-label={t('share.way')}
          data={(['inline', 'popup', 'plain'] as const).map((m) => ({ value: m, label: t(`share.${m}`) }))}
          value={mode}
          onChange={(v) => setMode(v as Mode)}
        />
        <p className="subtle">{t(`share.${mode}_hint`)}</p>
        {mode === 'plain' && (
          <Select label={t('edit.language')} allowDeselect={false} data={Object.entries(langNames).map(([value, l]) => ({ value, label: l }))} value={lang} onChange={(v) => setLang((v ?? 'ru') as Lang)} />
        )}
        <CopyField label={t('share.code')} value={snippet} block />
      </div>
    </Panel>
  )
}
