import { useMantineColorScheme } from '@mantine/core'
import { IconDeviceDesktop, IconLanguage, IconMoon, IconSun } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { langs } from '@/lib/fmt'
import { DropMenu, type MenuItem } from '@/ui/DropMenu'
import { langNames } from '../langNames'
import { useLang } from '../useLang'
import css from './Header.module.css'

const schemes = [
  { value: 'auto', icon: IconDeviceDesktop },
  { value: 'light', icon: IconSun },
  { value: 'dark', icon: IconMoon },
] as const

/** useSchemeItems are the choices of the colour scheme, for a menu. */
export function useSchemeItems(): MenuItem[] {
  const { t } = useTranslation('shell')
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return schemes.map(({ value, icon }) => ({
    key: value,
    icon,
    label: t(`scheme.${value}`),
    checked: colorScheme === value,
    onSelect: () => setColorScheme(value),
  }))
}

/** useLangItems are the languages, each by its own name. */
export function useLangItems(): MenuItem[] {
  const { lang, choose } = useLang()
  return langs.map((l) => ({ key: l, lang: l, label: langNames[l], checked: l === lang, onSelect: () => void choose(l) }))
}

export function SchemeMenu() {
  const { t } = useTranslation('shell')
  const { colorScheme } = useMantineColorScheme()
  const Icon = schemes.find((s) => s.value === colorScheme)?.icon ?? IconDeviceDesktop
  const items = useSchemeItems()
  return (
    <DropMenu
      className={css.icon}
      label={t('scheme.label')}
      button={<Icon size={20} stroke={1.7} aria-hidden />}
      groups={[{ key: 'scheme', items }]}
      width={200}
    />
  )
}

export function LangMenu() {
  const { t } = useTranslation()
  const items = useLangItems()
  return (
    <DropMenu
      className={css.icon}
      label={t('language')}
      button={<IconLanguage size={20} stroke={1.7} aria-hidden />}
      groups={[{ key: 'lang', items }]}
      width={200}
    />
  )
}
