import { ActionIcon, Button } from '@mantine/core'
import { IconArchive, IconArchiveOff, IconFileCertificate, IconHistory, IconPencil, IconPlus } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { archiveWording, type Wording } from '@/api'
import { useCan } from '@/app/session'
import { useFmt } from '@/lib/useFmt'
import { EmptyState } from '@/ui/EmptyState'
import form from '@/ui/Form.module.css'
import { Loaded } from '@/ui/Loaded'
import { Panel } from '@/ui/Panel'
import { StatusPill } from '@/ui/StatusPill'
import { toastDone, toastProblem } from '@/ui/toast'
import { inLang, useWordings, wordingsKey } from '../consent'
import { EditWording } from './EditWording'
import { KeyNames } from './KeyNames'
import { WordingVersions } from './WordingVersions'

/** Wordings are the texts that people agree to. A version that was agreed to never changes. */
export function Wordings() {
  const { t } = useTranslation('consent')
  const canEdit = useCan('contacts.edit')
  const wordings = useWordings()
  const [editing, setEditing] = useState<Wording | 'new' | null>(null)
  const [shown, setShown] = useState<Wording | null>(null)
  const create = canEdit && (
    <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setEditing('new')}>
      {t('wordings.create')}
    </Button>
  )
  return (
    <Panel title={t('wordings.title')} hint={t('wordings.hint')} aside={wordings.data?.length !== 0 && create} flush>
      <Loaded query={wordings}>
        {(all) =>
          all.length === 0 ? (
            <EmptyState icon={IconFileCertificate} title={t('wordings.empty')} text={t('wordings.empty_text')} action={create} />
          ) : (
            <ul className={form.rows}>
              {all.map((w) => (
                <Row key={w.id} wording={w} canEdit={canEdit} onEdit={() => setEditing(w)} onShow={() => setShown(w)} />
              ))}
            </ul>
          )
        }
      </Loaded>
      {editing && <EditWording wording={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />}
      {shown && <WordingVersions wording={shown} onClose={() => setShown(null)} />}
    </Panel>
  )
}

interface RowProps {
  wording: Wording
  canEdit: boolean
  onEdit: () => void
  onShow: () => void
}

function Row({ wording: w, canEdit, onEdit, onShow }: RowProps) {
  const { t, i18n } = useTranslation('consent')
  const fmt = useFmt()
  const client = useQueryClient()
  const archive = async () => {
    try {
      await archiveWording({ path: { id: w.id }, body: { archived: !w.archived } })
      await client.invalidateQueries({ queryKey: wordingsKey })
      toastDone(t(w.archived ? 'restored' : 'archived', { name: w.name }))
    } catch (e) {
      toastProblem(e)
    }
  }
  return (
    <li className={form.row}>
      <div className={form.main}>
        <div className={form.name}>
          {w.name}
          <StatusPill>{t('version', { n: fmt.number(w.version) })}</StatusPill>
          {w.archived && <StatusPill>{t('in_archive')}</StatusPill>}
        </div>
        <p className="muted">{fmt.quote(inLang(w.text, i18n.language))}</p>
        <div className="subtle">
          <KeyNames keys={w.keys} /> · {fmt.date(w.created_at)}
        </div>
      </div>
      <div className={form.buttons}>
        <ActionIcon size="lg" variant="subtle" onClick={onShow} aria-label={t('wordings.versions_named', { name: w.name })}>
          <IconHistory size={18} aria-hidden />
        </ActionIcon>
        {canEdit && (
          <>
            <ActionIcon size="lg" variant="subtle" onClick={onEdit} aria-label={t('edit_named', { name: w.name })}>
              <IconPencil size={18} aria-hidden />
            </ActionIcon>
            <ActionIcon size="lg" variant="subtle" onClick={() => void archive()} aria-label={t(w.archived ? 'restore_named' : 'archive_named', { name: w.name })}>
              {w.archived ? <IconArchiveOff size={18} aria-hidden /> : <IconArchive size={18} aria-hidden />}
            </ActionIcon>
          </>
        )}
      </div>
    </li>
  )
}
