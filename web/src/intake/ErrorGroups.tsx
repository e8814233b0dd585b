import { Button, Menu, Modal, Select, TextInput } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ErrorGroup, Import, Remedy } from '@/api'
import { useFmt } from '@/lib/useFmt'
import form from '@/ui/Form.module.css'
import { Panel } from '@/ui/Panel'
import { StatusPill } from '@/ui/StatusPill'
import css from './Intake.module.css'
import { countries } from './rules'

interface Props {
  file: Import
  aside?: ReactNode
  /** Before the run: what can be done about a group. */
  onRemedy?: (r: Remedy) => void
  onEdit?: (g: ErrorGroup) => void
}

/** ErrorGroups lists the causes of rejected rows with examples: line, column, value; and what can be done about all of them at once. */
export function ErrorGroups({ file, aside, onRemedy, onEdit }: Props) {
  const { t } = useTranslation('intake')
  const fmt = useFmt()
  const groups = file.error_groups
  if (groups.length === 0) return null
  return (
    <Panel title={t('errors.title')} hint={onRemedy ? t('errors.hint') : t('errors.hint_after')} aside={aside}>
      {groups.map((g) => (
        <div key={`${g.code}/${g.column}/${g.warning}`} className={css.group}>
          <div className={css.cause}>
            <strong>{t(`row.${g.code}`, { defaultValue: t('errors.other') })}</strong>
            <StatusPill tone={g.warning ? 'warning' : 'danger'}>
              {g.warning ? t('errors.taken', { count: g.count, n: fmt.number(g.count) }) : t('errors.rejected', { count: g.count, n: fmt.number(g.count) })}
            </StatusPill>
          </div>
          <ul>
            {g.examples.map((e, i) => (
              <li key={i}>
                {e.column ? t('errors.example', { row: fmt.number(e.row), column: e.column }) : t('errors.line', { row: fmt.number(e.row) })}
                {e.value && (
                  <>
                    : <span className="mono">{e.value}</span>
                  </>
                )}
              </li>
            ))}
          </ul>
          {!g.warning && onRemedy && <Actions file={file} group={g} onRemedy={onRemedy} onEdit={onEdit} />}
        </div>
      ))}
    </Panel>
  )
}

type Asked = 'set' | 'format' | null

interface ActionProps {
  file: Import
  group: ErrorGroup
  onRemedy: (r: Remedy) => void
  onEdit?: (g: ErrorGroup) => void
}

// An address cannot be left empty or be the same for many, so there the rows are only passed over or mended one by one.
function Actions({ file, group: g, onRemedy, onEdit }: ActionProps) {
  const { t } = useTranslation('intake')
  const [asked, setAsked] = useState<Asked>(null)
  const field = file.settings.mapping.find((m) => m.column === g.column)?.field
  const plain = g.column >= 0 && field !== 'email'
  const reread = g.code === 'value.date' || field === 'phone'
  const give = (action: Remedy['action'], value?: string) => {
    setAsked(null)
    onRemedy({ code: g.code, column: g.column, action, value })
  }
  return (
    <div className={css.actions}>
      {onEdit && (
        <Button size="xs" variant="default" onClick={() => onEdit(g)}>
          {t('remedy.edit')}
        </Button>
      )}
      <Menu position="bottom-start" withinPortal>
        <Menu.Target>
          <Button size="xs" variant="default" rightSection={<IconChevronDown size={14} aria-hidden />}>
            {t('remedy.all')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => give('skip')}>{t('remedy.skip')}</Menu.Item>
          {plain && <Menu.Item onClick={() => give('clear')}>{t('remedy.clear')}</Menu.Item>}
          {plain && field !== 'phone' && field !== 'external_id' && <Menu.Item onClick={() => setAsked('set')}>{t('remedy.set')}</Menu.Item>}
          {reread && <Menu.Item onClick={() => setAsked('format')}>{t('remedy.format')}</Menu.Item>}
        </Menu.Dropdown>
      </Menu>
      {asked === 'set' && <AskValue onClose={() => setAsked(null)} onGive={(v) => give('set', v)} />}
      {asked === 'format' && <AskFormat phones={field === 'phone'} onClose={() => setAsked(null)} onGive={(v) => give('format', v)} />}
    </div>
  )
}

interface AskProps {
  onClose: () => void
  onGive: (value: string) => void
}

function AskValue({ onClose, onGive }: AskProps) {
  const { t } = useTranslation('intake')
  const [value, setValue] = useState('')
  return (
    <Modal opened onClose={onClose} title={t('remedy.set_title')} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <form className={form.form} onSubmit={(e) => (e.preventDefault(), value.trim() && onGive(value.trim()))}>
        <TextInput label={t('remedy.value')} data-autofocus maxLength={1000} value={value} onChange={(e) => setValue(e.currentTarget.value)} />
        <Foot onClose={onClose} disabled={value.trim() === ''} />
      </form>
    </Modal>
  )
}

function AskFormat({ phones, onClose, onGive }: AskProps & { phones: boolean }) {
  const { t } = useTranslation('intake')
  const [value, setValue] = useState(phones ? 'KZ' : 'mdy')
  const data = phones
    ? countries.map((c) => ({ value: c.key as string, label: `${t(`country.${c.key}`)} +${c.code}` }))
    : (['dmy', 'mdy', 'ymd'] as const).map((o) => ({ value: o as string, label: t(`rules.${o}`) }))
  return (
    <Modal opened onClose={onClose} title={t('remedy.format_title')} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <form className={form.form} onSubmit={(e) => (e.preventDefault(), onGive(value))}>
        <Select
          label={phones ? t('rules.country') : t('rules.dates')}
          data={data}
          value={value}
          allowDeselect={false}
          data-autofocus
          comboboxProps={{ withinPortal: true }}
          onChange={(v) => v && setValue(v)}
        />
        <Foot onClose={onClose} />
      </form>
    </Modal>
  )
}

function Foot({ onClose, disabled }: { onClose: () => void; disabled?: boolean }) {
  const { t } = useTranslation('intake')
  return (
    <div className={`${form.buttons} ${form.end}`}>
      <Button variant="default" onClick={onClose}>
        {t('ui:cancel')}
      </Button>
      <Button type="submit" disabled={disabled}>
        {t('remedy.apply')}
      </Button>
    </div>
  )
}
