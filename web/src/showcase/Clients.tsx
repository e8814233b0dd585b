import { Anchor, Button, Modal, Textarea } from '@mantine/core'
import { IconBuildingStore } from '@tabler/icons-react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import * as v from 'valibot'
import { decideShowcase, listShowcase, type ShowcaseClient } from '@/api'
import { useFmt } from '@/lib/useFmt'
import { EmptyState } from '@/ui/EmptyState'
import css from '@/ui/Form.module.css'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { StatusPill } from '@/ui/StatusPill'
import { toastDone, toastProblem } from '@/ui/toast'
import { useApiForm } from '@/ui/useApiForm'
import { looks } from './look'
import own from './Showcase.module.css'

const key = ['platform', 'showcase']

/** Clients is where operators look at logos before they stand on the public page (CMP-10). */
export function Clients() {
  const { t } = useTranslation('showcase')
  const client = useQueryClient()
  const query = useQuery({ queryKey: key, queryFn: async ({ signal }) => (await listShowcase({ signal })).items })
  const [refusing, setRefusing] = useState<ShowcaseClient | null>(null)
  const changed = (text: string) => {
    setRefusing(null)
    toastDone(text)
    void client.invalidateQueries({ queryKey: key })
  }
  const show = (c: ShowcaseClient) =>
    decideShowcase({ path: { id: c.id }, body: { allowed_at: c.allowed_at!, show: true } }).then(
      () => changed(t('desk.shown')),
      (e: unknown) => {
        toastProblem(e)
        void client.invalidateQueries({ queryKey: key })
      },
    )
  return (
    <Page title={t('desk.title')} state={t('desk.lead')}>
      <Loaded query={query}>
        {(all) =>
          all.length === 0 ? (
            <EmptyState icon={IconBuildingStore} title={t('desk.empty')} text={t('desk.empty_text')} />
          ) : (
            <Panel flush>
              <ul className={css.rows}>
                {all.map((c) => (
                  <Row key={c.id} client={c} onShow={() => void show(c)} onRefuse={() => setRefusing(c)} />
                ))}
              </ul>
            </Panel>
          )
        }
      </Loaded>
      {refusing && <Refuse client={refusing} onClose={() => setRefusing(null)} onDone={() => changed(t('desk.refused'))} />}
    </Page>
  )
}

function Row({ client: c, onShow, onRefuse }: { client: ShowcaseClient; onShow: () => void; onRefuse: () => void }) {
  const { t } = useTranslation('showcase')
  const fmt = useFmt()
  const look = looks[c.state]
  return (
    <li className={css.row}>
      <div className={own.plate}>
        <img src={c.logo} alt={t('logo_of', { name: c.name })} />
      </div>
      <div className={css.main}>
        <div className={css.name}>
          {c.name}
          <StatusPill tone={look.tone} icon={look.icon}>
            {t(`state.${c.state}`)}
          </StatusPill>
        </div>
        {c.site && (
          <Anchor href={c.site} target="_blank" rel="noreferrer nofollow">
            {c.site}
          </Anchor>
        )}
        <p className="muted">{t('desk.facts', { when: c.allowed_at ? fmt.shortDateTime(c.allowed_at) : '–', size: `${c.width} × ${c.height}` })}</p>
        {c.reason && <p className="muted">{t('reason', { reason: c.reason })}</p>}
      </div>
      <div className={css.buttons}>
        {c.state !== 'shown' && (
          <Button variant={c.state === 'waiting' ? 'filled' : 'default'} onClick={onShow}>
            {t('desk.show')}
          </Button>
        )}
        {c.state !== 'refused' && (
          <Button variant="default" onClick={onRefuse}>
            {t(c.state === 'shown' ? 'desk.take_off' : 'desk.refuse')}
          </Button>
        )}
      </div>
    </li>
  )
}

function Refuse({ client: c, onClose, onDone }: { client: ShowcaseClient; onClose: () => void; onDone: () => void }) {
  const { t } = useTranslation('showcase')
  const { form, busy, problem, onSubmit } = useApiForm({
    initial: { reason: '' },
    schema: v.object({ reason: v.pipe(v.string(), v.trim(), v.nonEmpty('showcase.reason')) }),
    send: (x) => decideShowcase({ path: { id: c.id }, body: { allowed_at: c.allowed_at!, show: false, reason: x.reason.trim() } }),
    onDone,
  })
  return (
    <Modal opened onClose={onClose} title={t('desk.refuse_title', { name: c.name })} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <form className={css.form} onSubmit={onSubmit} noValidate>
        <Textarea label={t('desk.why')} description={t('desk.why_hint')} required maxLength={500} autosize minRows={2} data-autofocus key={form.key('reason')} {...form.getInputProps('reason')} />
        <ProblemAlert error={problem} />
        <div className={`${css.buttons} ${css.end}`}>
          <Button variant="default" onClick={onClose}>
            {t('ui:cancel')}
          </Button>
          <Button type="submit" loading={busy}>
            {t(c.state === 'shown' ? 'desk.take_off' : 'desk.refuse')}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
