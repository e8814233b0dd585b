import { Button, Menu, Modal, TextInput } from '@mantine/core'
import { IconChartPie, IconDots, IconPlus, IconRefresh } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import * as v from 'valibot'
import { type Condition, countSegment, deleteSegment, makeListOfSegment, once, type Segment } from '@/api'
import { useCan } from '@/app/session'
import { required } from '@/lib/rules'
import { useFmt } from '@/lib/useFmt'
import { Confirm } from '@/ui/Confirm'
import { EmptyState } from '@/ui/EmptyState'
import form from '@/ui/Form.module.css'
import { LinkButton } from '@/ui/LinkButton'
import { Loaded } from '@/ui/Loaded'
import { Page } from '@/ui/Page'
import { Panel } from '@/ui/Panel'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { TableSkeleton } from '@/ui/Skeletons'
import { StatusPill } from '@/ui/StatusPill'
import { toastDone, toastProblem } from '@/ui/toast'
import { useApiForm } from '@/ui/useApiForm'
import { segmentsKey, useNames, useRecipes, useSegments } from './segment'
import css from './Segment.module.css'
import { sentence } from './words'

/** Segments are groups of contacts by rules (AUD-4). */
export function Segments() {
  const { t } = useTranslation('segment')
  const canEdit = useCan('contacts.edit')
  const segments = useSegments()
  const empty = segments.data?.length === 0
  const create = canEdit && (
    <LinkButton link={{ to: '/segments/new' }} leftSection={<IconPlus size={18} aria-hidden />}>
      {t('create')}
    </LinkButton>
  )
  return (
    <Page title={t('title')} state={t('state')} primary={!empty && create}>
      <Panel flush>
        <Loaded query={segments} skeleton={<TableSkeleton rows={4} />}>
          {(all) =>
            all.length === 0 ? (
              <EmptyState icon={IconChartPie} title={t('empty')} text={t('empty_text')} action={create} />
            ) : (
              <ul className={form.rows}>
                {all.map((s) => (
                  <SegmentRow key={s.id} segment={s} canEdit={canEdit} />
                ))}
              </ul>
            )
          }
        </Loaded>
      </Panel>
      {canEdit && <Recipes />}
    </Page>
  )
}

function SegmentRow({ segment: s, canEdit }: { segment: Segment; canEdit: boolean }) {
  const { t } = useTranslation('segment')
  const fmt = useFmt()
  const names = useNames()
  const [asking, setAsking] = useState<'delete' | 'list' | null>(null)
  const client = useQueryClient()
  const remove = async () => {
    await deleteSegment({ path: { id: s.id } })
    await client.invalidateQueries({ queryKey: segmentsKey })
    toastDone(t('deleted', { name: s.name }))
  }
  const frozen = s.missing.length > 0
  return (
    <li className={form.row}>
      <div className={form.main}>
        <span className={form.name}>
          <Link to="/segments/$id" params={{ id: s.id }}>
            {s.name}
          </Link>
          {frozen && <StatusPill tone="warning">{t('frozen')}</StatusPill>}
        </span>
        {names.ready && <div className="subtle">{sentence(s.condition as Condition, { t, fmt, names })}</div>}
      </div>
      <Count segment={s} />
      <div className={form.buttons}>
        {!frozen && (
          <LinkButton variant="default" link={{ to: '/contacts', search: { segment: s.id } }} aria-label={t('contacts_of', { name: s.name })}>
            {t('contacts')}
          </LinkButton>
        )}
        {canEdit && (
          <Menu>
            <Menu.Target>
              <Button variant="default" px="xs" aria-label={t('more', { name: s.name })}>
                <IconDots size={18} aria-hidden />
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {!frozen && <Menu.Item onClick={() => setAsking('list')}>{t('make_list')}</Menu.Item>}
              <Menu.Item onClick={() => setAsking('delete')}>{t('delete')}</Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </div>
      <Confirm opened={asking === 'delete'} onClose={() => setAsking(null)} title={t('delete_title', { name: s.name })} action={t('delete')} onConfirm={remove}>
        <p>{t('delete_text')}</p>
      </Confirm>
      {asking === 'list' && <MakeList segment={s} onClose={() => setAsking(null)} />}
    </li>
  )
}

function Count({ segment: s }: { segment: Segment }) {
  const { t } = useTranslation('segment')
  const fmt = useFmt()
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const count = async () => {
    setBusy(true)
    try {
      await countSegment({ path: { id: s.id } })
      await client.invalidateQueries({ queryKey: segmentsKey })
    } catch (e) {
      toastProblem(e)
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className={css.count}>
      {s.contacts !== null && (
        <span>
          <strong>{t('n', { count: s.contacts, n: fmt.number(s.contacts) })}</strong>
          <span className="subtle"> {s.counted_at && fmt.relative(s.counted_at)}</span>
        </span>
      )}
      {s.missing.length === 0 && (
        <Button variant="subtle" size="compact-sm" loading={busy} onClick={() => void count()} leftSection={<IconRefresh size={16} aria-hidden />} aria-label={`${t(s.contacts === null ? 'count' : 'recount')}: ${s.name}`}>
          {t(s.contacts === null ? 'count' : 'recount')}
        </Button>
      )}
    </div>
  )
}

const nameForm = v.object({ name: v.pipe(required, v.maxLength(100, 'list.name')) })

/** MakeList fixes whom a segment finds now as a list that no longer changes by itself. */
export function MakeList({ segment, onClose }: { segment: Segment; onClose: () => void }) {
  const { t } = useTranslation('segment')
  const fmt = useFmt()
  const client = useQueryClient()
  const [key] = useState(once)
  const { form: f, busy, problem, onSubmit } = useApiForm({
    initial: { name: `${segment.name} · ${fmt.shortDate(new Date().toISOString())}`.slice(0, 100) },
    schema: nameForm,
    send: ({ name }) => makeListOfSegment({ path: { id: segment.id }, headers: key, body: { name } }),
    onDone: () => {
      void client.invalidateQueries({ queryKey: ['lists'] })
      toastDone(t('list_made'))
      onClose()
    },
  })
  return (
    <Modal opened onClose={onClose} title={t('make_list')} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <form className={form.form} onSubmit={onSubmit} noValidate>
        <p>{t('make_list_text')}</p>
        <ProblemAlert error={problem} />
        <TextInput label={t('list_name')} data-autofocus maxLength={100} key={f.key('name')} {...f.getInputProps('name')} />
        <div className={`${form.buttons} ${form.end}`}>
          <Button variant="default" onClick={onClose}>
            {t('ui:cancel')}
          </Button>
          <Button type="submit" loading={busy}>
            {t('make_list')}
          </Button>
        </div>
      </form>
    </Modal>
  )
}

function Recipes() {
  const { t } = useTranslation('segment')
  const recipes = useRecipes()
  if (!recipes.data) return null
  return (
    <Panel title={t('recipes')} hint={t('recipes_hint')}>
      <ul className={css.recipes}>
        {recipes.data.map((r) => (
          <li key={r.key}>
            <Link to="/segments/new" search={{ recipe: r.key }} className={css.recipe}>
              <strong>{t(`recipe.${r.key}`)}</strong>
              <span className="subtle">{t(`recipe.${r.key}_text`)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
