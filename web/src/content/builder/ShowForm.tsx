import { Button, Checkbox, NativeSelect } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Condition } from '@/api'
import { langNames } from '@/app/langNames'
import { build, complete, type Draft, emptyDraft, groupOf, leafOf, take } from '@/segment/draft'
import { fresh, LeafRow } from '@/segment/Leaf'
import { useNames } from '@/segment/segment'
import { useBuilder } from './context'
import type { Show } from './doc'
import { Choice } from './inputs'
import css from './Inspector.module.css'

interface Props {
  show: Show | null | undefined
  onChange: (show: Show | null) => void
}

/** ShowForm decides who sees a block or a row: on which device, in which language of the letter, and which contacts. */
export function ShowForm({ show, onChange }: Props) {
  const { t } = useTranslation('builder')
  const { editor } = useBuilder()
  const { langs } = editor.doc.meta
  const set = (part: Partial<Show>) => {
    const next = { ...show, ...part }
    for (const k of Object.keys(next) as (keyof Show)[]) if (next[k] === undefined) delete next[k]
    onChange(Object.keys(next).length === 0 ? null : next)
  }
  const chosen = show?.langs ?? langs
  return (
    <>
      <NativeSelect label={t('show.device')} value={show?.device ?? ''} onChange={(e) => set({ device: (e.currentTarget.value || undefined) as Show['device'] })}>
        <option value="">{t('show.everywhere')}</option>
        <option value="desktop">{t('show.desktop')}</option>
        <option value="phone">{t('show.phone')}</option>
      </NativeSelect>
      {langs.length > 1 && (
        <div className={css.field} role="group" aria-label={t('show.langs')}>
          <span className={css.label}>{t('show.langs')}</span>
          {langs.map((l) => (
            <Checkbox
              key={l}
              label={langNames[l]}
              checked={chosen.includes(l)}
              onChange={(e) => {
                const next = e.currentTarget.checked ? langs.filter((x) => x === l || chosen.includes(x)) : chosen.filter((x) => x !== l)
                if (next.length > 0) set({ langs: next.length === langs.length ? undefined : next })
              }}
            />
          ))}
        </div>
      )}
      <When when={show?.when} onChange={(when) => set({ when })} />
    </>
  )
}

// Conditions that a letter can judge when it is put together for one contact: what the contact is, not what it did.
const kinds = ['tag', 'list'] as const

function When({ when, onChange }: { when: Condition | undefined; onChange: (c: Condition | undefined) => void }) {
  const { t } = useTranslation('builder')
  const names = useNames()
  const [draft, setDraft] = useState<Draft | null>(() => (when ? take(when) : emptyDraft()))
  if (!draft) return <p className="subtle">{t('show.deep')}</p>
  const group = draft.groups[0] ?? groupOf([])
  const put = (next: typeof group) => {
    const d = { ...draft, groups: [next] }
    setDraft(d)
    if (next.leaves.length === 0) return onChange(undefined)
    // Half a condition is not sent: it would hide the block from everybody, or break the letter.
    if (next.leaves.every((l) => complete(l.c))) onChange(build(d)?.condition)
  }
  const add = () => put({ ...group, leaves: [...group.leaves, leafOf(fresh('attribute:lang', names))] })
  return (
    <div className={css.field} role="group" aria-label={t('show.when')}>
      <span className={css.label}>{t('show.when')}</span>
      {group.leaves.length > 1 && (
        <Choice
          label={t('show.join')}
          value={group.join}
          options={[
            { value: 'all', label: t('show.all') },
            { value: 'any', label: t('show.any') },
          ]}
          onChange={(join) => put({ ...group, join })}
        />
      )}
      {group.leaves.map((l, i) => (
        <LeafRow
          key={l.uid}
          leaf={l}
          names={names}
          no={i + 1}
          kinds={kinds}
          error={complete(l.c) ? undefined : t('show.half')}
          onChange={(c) => put({ ...group, leaves: group.leaves.map((x) => (x === l ? { ...l, c } : x)) })}
          onRemove={() => put({ ...group, leaves: group.leaves.filter((x) => x !== l) })}
        />
      ))}
      {group.leaves.length < 5 && (
        <Button variant="default" size="xs" leftSection={<IconPlus size={16} aria-hidden />} onClick={add}>
          {t('show.add')}
        </Button>
      )}
    </div>
  )
}
