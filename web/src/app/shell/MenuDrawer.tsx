import { Drawer } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Sidebar } from './Sidebar'

/** MenuDrawer is the menu of narrow windows. */
export default function MenuDrawer({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('shell')
  return (
    <Drawer opened onClose={onClose} title={t('menu')} size={300} closeButtonProps={{ 'aria-label': t('close_menu') }}>
      <Sidebar inDrawer />
    </Drawer>
  )
}
