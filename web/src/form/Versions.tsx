import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type Form, listFormVersions, restoreForm } from '@/api'
import { useFmt } from '@/lib/useFmt'
import form from '@/ui/Form.module.css'
import { Panel } from '@/ui/Panel'
import { toastDone, toastProblem } from '@/ui/toast'
import { formKey } from './form'

interface Props {
  form: Form
  onRestored: (f: Form) => void
  disabled: boolean
}

/** Versions are everything that visitors ever saw; each can become the draft again. */
export function Versions({ form: f, onRestored, disabled }: Props) {
  const { t } = useTranslation('form')
  const fmt = useFmt()
  const [busy, setBusy] = useState(0)
  const query = useQuery({
    queryKey: [...formKey(f.id), 'versions', f.published],
    queryFn: async ({ signal }) => (await listFormVersions({ path: { id: f.id }, signal })).items,
  })
  const restore = async (version: number) => {
    setBusy(version)
    try {
      onRestored(await restoreForm({ path: { id: f.id }, body: { version } }))
      toastDone(t('versions.restored', { n: version }))
    } catch (e) {
      toastProblem(e)
    } finally {
      setBusy(0)
    }
  }
  return (
    <Panel title={t('versions.title')} hint={t('versions.hint')} flush>
      <ul className={form.rows}>
        {query.data?.map((v) => (
          <li key={v.version} className={form.row}>
            <div className={form.main}>
              <div className={form.name}>{t(v.version === f.published ? 'versions.live' : 'versions.one', { n: v.version })}</div>
              <div className="subtle">{fmt.dateTime(v.at)}</div>
            </div>
            {!disabled && v.version !== f.published && (
              <Button variant="default" size="xs" loading={busy === v.version} onClick={() => void restore(v.version)}>
                {t('versions.restore')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  )
}
