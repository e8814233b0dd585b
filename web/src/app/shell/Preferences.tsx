import { ActionIcon, Menu, Tooltip, useMantineColorScheme } from '@mantine/core'
import { IconCheck, IconDeviceDesktop, IconLanguage, IconMoon, IconSun } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { langs } from '@/lib/fmt'
import { useLang } from '../useLang'

const schemes = [
  { value: 'auto', icon: IconDeviceDesktop },
  { value: 'light', icon: IconSun },
  { value: 'dark', icon: IconMoon },
] as const

/** Names of the languages in themselves. */
export const langNames = { ru: 'Русский', kk: 'Қазақша', en: 'English' } as const

export function SchemeMenu() {
  const { t } = useTranslation('shell')
  const { colorScheme } = useMantineColorScheme()
  const Icon = schemes.find((s) => s.value === colorScheme)?.icon ?? IconDeviceDesktop
  return (
    <Menu>
      <Menu.Target>
        <Tooltip label={t('scheme.label')}>
          <ActionIcon variant="subtle" color="gray" size={40} aria-label={t('scheme.label')}>
            <Icon size={20} stroke={1.7} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <SchemeItems />
      </Menu.Dropdown>
    </Menu>
  )
}

export function SchemeItems() {
  const { t } = useTranslation('shell')
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return schemes.map(({ value, icon: Icon }) => (
    <Menu.Item
      key={value}
      role="menuitemradio"
      aria-checked={colorScheme === value}
      leftSection={<Icon size={18} stroke={1.7} aria-hidden />}
      rightSection={colorScheme === value && <IconCheck size={16} aria-hidden />}
      onClick={() => setColorScheme(value)}
    >
      {t(`scheme.${value}`)}
    </Menu.Item>
  ))
}

export function LangMenu() {
  const { t } = useTranslation()
  return (
    <Menu>
      <Menu.Target>
        <Tooltip label={t('language')}>
          <ActionIcon variant="subtle" color="gray" size={40} aria-label={t('language')}>
            <IconLanguage size={20} stroke={1.7} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <LangItems />
      </Menu.Dropdown>
    </Menu>
  )
}

export function LangItems() {
  const { lang, choose } = useLang()
  return langs.map((l) => (
    <Menu.Item
      key={l}
      lang={l}
      role="menuitemradio"
      aria-checked={l === lang}
      rightSection={l === lang && <IconCheck size={16} aria-hidden />}
      onClick={() => void choose(l)}
    >
      {langNames[l]}
    </Menu.Item>
  ))
}
