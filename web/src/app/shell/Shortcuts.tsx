import { Modal, Switch } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { singleKeys } from '@/lib/hotkeys'
import { creations, nav } from '../nav'
import { useMe } from '../session'
import { KeyCaps } from './Palette'
import css from './Palette.module.css'

/** Shortcuts lists the keys that work here, and switches single-letter ones off (WCAG 2.1.4). */
export default function Shortcuts({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('shell')
  const { permissions } = useMe()
  const [on, setOn] = useState(singleKeys.on)
  const may = (x: { needs?: string }) => !x.needs || permissions.includes(x.needs)
  const places = nav.flatMap((g) => g.items).filter((i) => i.keys && may(i))
  const rows: [string, string][] = [
    ['mod+K', t('keys.palette')],
    ['?', t('keys.help')],
    ['/', t('keys.search')],
    ['J', t('keys.next')],
    ['K', t('keys.previous')],
    ['Enter', t('keys.open')],
    ['X', t('keys.select')],
    ...places.map((i): [string, string] => [i.keys!, t('keys.go', { place: t(i.name) })]),
    ...creations.filter(may).map((c): [string, string] => [c.keys, t('keys.create', { what: t(c.name) })]),
    ['Escape', t('keys.close')],
  ]
  const toggle = (value: boolean) => {
    singleKeys.set(value)
    setOn(value)
  }
  return (
    <Modal opened onClose={onClose} title={t('keys.title')} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <table className={css.table}>
        <tbody>
          {rows.map(([keys, text]) => (
            <tr key={keys}>
              <td>{text}</td>
              <td>
                <KeyCaps keys={keys} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Switch className={css.switch} label={t('keys.singles')} checked={on} onChange={(e) => toggle(e.currentTarget.checked)} />
    </Modal>
  )
}
