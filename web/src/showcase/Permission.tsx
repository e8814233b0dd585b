import { Button, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import * as v from 'valibot'
import { allowShowcase, getShowcase, type Showcase, withdrawShowcase } from '@/api'
import { useCan, useMe } from '@/app/session'
import { useFmt } from '@/lib/useFmt'
import { Confirm } from '@/ui/Confirm'
import css from '@/ui/Form.module.css'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { StatusPill } from '@/ui/StatusPill'
import { toastDone } from '@/ui/toast'
import { useApiForm } from '@/ui/useApiForm'
import { looks } from './look'
import own from './Showcase.module.css'

const key = ['showcase']

/** Permission is where the owner lets the name and logo stand on the public page of clients, or takes that back (CMP-10). */
export function Permission() {
  const { t } = useTranslation('showcase')
  const may = useCan('account.manage')
  const query = useQuery({ queryKey: key, queryFn: ({ signal }) => getShowcase({ signal }), enabled: may })
  return (
    <Page title={t('title')} state={t('lead')} width="form">
      {may ? <Loaded query={query}>{(x) => <Parts key={x.allowed_at ?? ''} now={x} />}</Loaded> : <p className={css.note}>{t('owner_only')}</p>}
    </Page>
  )
}

function Parts({ now }: { now: Showcase }) {
  return (
    <div className={css.stack}>
      {now.state !== 'none' && <Now now={now} />}
      <Offer now={now} />
    </div>
  )
}

function Now({ now }: { now: Showcase }) {
  const { t } = useTranslation('showcase')
  const fmt = useFmt()
  const client = useQueryClient()
  const [asking, setAsking] = useState(false)
  const look = looks[now.state]
  const withdraw = async () => {
    await withdrawShowcase()
    await client.invalidateQueries({ queryKey: key })
    toastDone(t('withdrawn'))
  }
  return (
    <Panel
      title={
        <StatusPill tone={look.tone} icon={look.icon}>
          {t(`state.${now.state}`)}
        </StatusPill>
      }
      aside={
        <Button variant="default" onClick={() => setAsking(true)}>
          {t('withdraw')}
        </Button>
      }
    >
      <p>{t(`about.${now.state}`, { date: now.shown_until ? fmt.date(now.shown_until) : '' })}</p>
      {now.state === 'refused' && (
        <p className={css.note} data-tone="danger">
          {t('reason', { reason: now.reason })}
        </p>
      )}
      {now.state === 'shown' && (
        <a href="/clients" target="_blank" rel="noreferrer">
          {t('open_page')}
        </a>
      )}
      <Confirm opened={asking} onClose={() => setAsking(false)} title={t('withdraw_title')} action={t('withdraw')} onConfirm={withdraw}>
        <p>{t('withdraw_text')}</p>
      </Confirm>
    </Panel>
  )
}

function Offer({ now }: { now: Showcase }) {
  const { t } = useTranslation('showcase')
  const me = useMe()
  const client = useQueryClient()
  const [picture, setPicture] = useState<File | null>(null)
  const { form, busy, problem, onSubmit } = useApiForm({
    initial: { name: now.name || me.account.name, site: now.site },
    schema: v.object({ name: v.pipe(v.string(), v.trim(), v.nonEmpty('showcase.name')), site: v.string() }),
    send: async (x) => allowShowcase({ body: { name: x.name.trim(), site: x.site.trim(), logo: picture ? await base64(picture) : undefined } }),
    onDone: (x) => {
      client.setQueryData(key, x)
      toastDone(t('allowed'))
    },
  })
  return (
    <Panel title={t(now.state === 'none' ? 'offer.title' : 'offer.change')} hint={t('offer.hint')}>
      <form className={css.form} onSubmit={onSubmit} noValidate>
        <Logo now={now} picture={picture} onChange={setPicture} />
        <TextInput label={t('name')} description={t('name_hint')} required maxLength={80} key={form.key('name')} {...form.getInputProps('name')} />
        <TextInput label={t('site')} description={t('site_hint')} type="url" placeholder="https://example.kz" maxLength={200} key={form.key('site')} {...form.getInputProps('site')} />
        <ProblemAlert error={problem} />
        <p className={own.hint}>{t('terms')}</p>
        <div className={css.buttons}>
          <Button type="submit" loading={busy} disabled={!picture && now.state === 'none'}>
            {t(now.state === 'none' ? 'allow' : 'allow_again')}
          </Button>
        </div>
      </form>
    </Panel>
  )
}

interface LogoProps {
  now: Showcase
  picture: File | null
  onChange: (f: File | null) => void
}

function Logo({ now, picture, onChange }: LogoProps) {
  const { t } = useTranslation('showcase')
  const file = useRef<HTMLInputElement>(null)
  const [url, setUrl] = useState('')
  useEffect(() => {
    if (!picture) return
    const made = URL.createObjectURL(picture)
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [picture])
  const src = picture ? url : now.logo
  return (
    <div className={own.choice}>
      <div className={own.logo}>
        <div className={own.plate}>{src ? <img src={src} alt={t('logo')} /> : <span>{t('no_logo')}</span>}</div>
        <input ref={file} type="file" accept="image/png,image/jpeg" hidden onChange={(e) => onChange(e.currentTarget.files?.[0] ?? null)} />
        <Button variant="default" onClick={() => file.current?.click()}>
          {t(src ? 'other_logo' : 'choose_logo')}
        </Button>
      </div>
      <p className={own.hint}>{t('logo_hint')}</p>
    </div>
  )
}

function base64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const r = new FileReader()
    r.onload = () => resolve((r.result as string).split(',')[1] ?? '')
    r.onerror = () => reject(r.error)
    r.readAsDataURL(file)
  })
}
