import { ActionIcon, Button, Menu } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useRouter } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { creations } from '../nav'
import { useMe } from '../session'

interface Props {
  folded?: boolean
  /** Another button that opens the menu (on phones). */
  target?: ReactElement
}

/** CreateMenu offers what the person may create. Without any right it is not drawn. */
export function CreateMenu({ folded, target }: Props) {
  const { t } = useTranslation('shell')
  const router = useRouter()
  const { permissions } = useMe()
  const items = creations.filter((c) => permissions.includes(c.needs))
  if (items.length === 0) return null
  return (
    <Menu position={target ? 'top' : 'bottom-start'} width={240}>
      <Menu.Target>{target ?? <Target folded={folded} text={t('create.button')} />}</Menu.Target>
      <Menu.Dropdown>
        {items.map(({ name, to, icon: Icon }) => (
          <Menu.Item
            key={to}
            leftSection={<Icon size={18} stroke={1.7} aria-hidden />}
            onClick={() => void router.navigate({ to: to as '/' })}
          >
            {t(name)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

interface TargetProps {
  folded?: boolean
  text: string
  ref?: React.Ref<HTMLButtonElement>
}

function Target({ folded, text, ref, ...rest }: TargetProps) {
  if (folded) {
    return (
      <ActionIcon ref={ref} {...rest} variant="default" size={40} aria-label={text}>
        <IconPlus size={20} aria-hidden />
      </ActionIcon>
    )
  }
  return (
    <Button ref={ref} {...rest} variant="default" fullWidth leftSection={<IconPlus size={18} aria-hidden />}>
      {text}
    </Button>
  )
}
