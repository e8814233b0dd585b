import { Button } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { listMerges, type Merge, undoMerge } from '@/api'
import { contactKey, contactsKey } from '@/contact/contact'
import { useFmt } from '@/lib/useFmt'
import { Confirm } from '@/ui/Confirm'
import form from '@/ui/Form.module.css'
import { Panel } from '@/ui/Panel'
import { toastDone } from '@/ui/toast'
import { duplicatesKey, mergesKey } from './hygiene'

/** Merges lists merges, of one contact or all of them, and takes them back for 30 days. Nothing is drawn while there are none. */
export function Merges({ contact, canEdit }: { contact?: string; canEdit: boolean }) {
  const { t } = useTranslation('hygiene')
  const fmt = useFmt()
  const query = useQuery({ queryKey: [...mergesKey, contact], queryFn: ({ signal }) => listMerges({ query: { contact, limit: 20 }, signal }) })
  const [undoing, setUndoing] = useState<Merge | null>(null)
  const list = query.data?.items ?? []
  if (list.length === 0) return null
  return (
    <Panel title={t('merges')} hint={t('merges_hint')} flush>
      <ul className={form.rows}>
        {list.map((m) => (
          <li key={m.id} className={form.row}>
            <div className={form.main}>
              {contact ? (
                t('merged', { count: m.contacts, n: fmt.number(m.contacts) })
              ) : (
                <Link to="/contacts/$id" params={{ id: m.into }}>
                  {t('merged', { count: m.contacts, n: fmt.number(m.contacts) })}
                </Link>
              )}
              <div className="muted">
                {fmt.dateTime(m.at)}
                {m.undone_at && ` · ${t('undone', { date: fmt.date(m.undone_at) })}`}
                {m.undoable && ` · ${t('undo_until', { date: fmt.date(m.undo_until) })}`}
              </div>
            </div>
            {canEdit && m.undoable && (
              <Button size="xs" variant="default" onClick={() => setUndoing(m)}>
                {t('undo')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {undoing && <Undo merge={undoing} onClose={() => setUndoing(null)} />}
    </Panel>
  )
}

function Undo({ merge, onClose }: { merge: Merge; onClose: () => void }) {
  const { t } = useTranslation('hygiene')
  const client = useQueryClient()
  const undo = async () => {
    await undoMerge({ path: { id: merge.id } })
    await Promise.all([mergesKey, duplicatesKey, contactsKey, contactKey(merge.into)].map((queryKey) => client.invalidateQueries({ queryKey })))
    toastDone(t('undo_done'))
  }
  return (
    <Confirm opened onClose={onClose} title={t('undo_title')} action={t('undo')} onConfirm={undo} danger={false}>
      <p>{t('undo_text')}</p>
    </Confirm>
  )
}
