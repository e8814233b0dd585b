import { Drawer } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { type Document, getDocument } from '@/api'
import { Loaded } from '@/ui/Loaded'
import css from './Documents.module.css'

interface Props {
  document: Pick<Document, 'name' | 'version' | 'title' | 'lang'>
  onClose: () => void
}

/** DocumentDrawer shows the text of one version beside what the person is doing. */
export default function DocumentDrawer({ document: d, onClose }: Props) {
  const { t } = useTranslation('ui')
  const query = useQuery({
    queryKey: ['document', d.name, d.version, d.lang],
    queryFn: ({ signal }) => getDocument({ path: { name: d.name, version: d.version }, query: { lang: d.lang }, signal }),
    staleTime: Infinity,
  })
  return (
    <Drawer opened onClose={onClose} position="right" size="lg" title={d.title} closeButtonProps={{ 'aria-label': t('close') }}>
      <Loaded query={query}>
        {/* Our own text, rendered by the server from its own files; nothing that people type gets here. */}
        {(text) => <div className={css.text} lang={text.lang} dangerouslySetInnerHTML={{ __html: text.html }} />}
      </Loaded>
    </Drawer>
  )
}
