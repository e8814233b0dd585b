import { Button, Checkbox, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Campaign, getAgain, once, repeatCampaign } from '@/api'
import { useCan } from '@/app/session'
import { campaignKey, campaignsKey } from '@/campaign/campaign'
import { useFmt } from '@/lib/useFmt'
import form from '@/ui/Form.module.css'
import { Panel } from '@/ui/Panel'
import { toastProblem } from '@/ui/toast'

/** AgainPanel offers the letter once more to those who did not open it, under a new subject (MSG-11). */
export function AgainPanel({ campaign: c }: { campaign: Campaign }) {
  const { t } = useTranslation('report')
  const fmt = useFmt()
  const client = useQueryClient()
  const navigate = useNavigate()
  const canEdit = useCan('campaigns.edit')
  const [subject, setSubject] = useState('')
  const [hidden, setHidden] = useState(true)
  const [busy, setBusy] = useState(false)
  const able = canEdit && c.state === 'done' && c.tracking.opens && (c.repeats?.wave ?? 0) < 2
  const { data } = useQuery({ queryKey: [...campaignKey(c.id), 'again'], queryFn: ({ signal }) => getAgain({ path: { id: c.id }, signal }), enabled: able, retry: false })
  if (!able || !data || data.unopened === 0) return null
  const n = hidden ? data.unopened : data.unopened - data.hidden
  const make = async () => {
    setBusy(true)
    try {
      const made = await repeatCampaign({ path: { id: c.id }, headers: once(), body: { subject, hidden } })
      await client.invalidateQueries({ queryKey: campaignsKey })
      await navigate({ to: '/campaigns/$id/edit', params: { id: made.id } })
    } catch (e) {
      toastProblem(e)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Panel title={t('again.title')} hint={t('again.hint')}>
      <form
        className={form.form}
        onSubmit={(e) => {
          e.preventDefault()
          void make()
        }}
      >
        <TextInput label={t('again.subject')} description={t('again.subject_hint', { subject: c.letter.subject })} value={subject} required maxLength={255} onChange={(e) => setSubject(e.currentTarget.value)} />
        {data.hidden > 0 && (
          <Checkbox
            label={t('again.hidden', { count: data.hidden, n: fmt.number(data.hidden) })}
            description={t('again.hidden_hint')}
            checked={hidden}
            onChange={(e) => setHidden(e.currentTarget.checked)}
          />
        )}
        <p className="subtle">{t('again.from', { when: fmt.dateTime(data.from) })}</p>
        <div className={form.buttons}>
          <Button type="submit" variant="default" loading={busy} disabled={n === 0 || subject.trim() === ''}>
            {t('again.action', { count: n, n: fmt.number(n) })}
          </Button>
        </div>
      </form>
    </Panel>
  )
}
