import { Drawer } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { listWordingVersions, type Wording } from '@/api'
import { langNames } from '@/app/langNames'
import { useFmt } from '@/lib/useFmt'
import form from '@/ui/Form.module.css'
import { Loaded } from '@/ui/Loaded'
import { KeyNames } from './KeyNames'

/** WordingVersions shows every version of a wording and how many consents were given to it, and from where. */
export function WordingVersions({ wording, onClose }: { wording: Wording; onClose: () => void }) {
  const { t } = useTranslation(['consent', 'contact'])
  const fmt = useFmt()
  const query = useQuery({
    queryKey: ['wording-versions', wording.id, wording.version],
    queryFn: async ({ signal }) => (await listWordingVersions({ path: { id: wording.id }, signal })).items,
  })
  return (
    <Drawer opened onClose={onClose} position="right" size={520} title={wording.name} closeButtonProps={{ 'aria-label': t('ui:close') }}>
      <Loaded query={query}>
        {(all) => (
          <div className={form.stack}>
            {all.map((w) => (
              <section key={w.version} className={form.stack}>
                <h3>
                  {t('version', { n: fmt.number(w.version) })} · {fmt.dateTime(w.created_at)}
                </h3>
                {(['ru', 'kk', 'en'] as const)
                  .filter((l) => w.text[l])
                  .map((l) => (
                    <p key={l} lang={l}>
                      <span className="subtle">{langNames[l]}:</span> {fmt.quote(w.text[l]!)}
                    </p>
                  ))}
                <p className="subtle">
                  <KeyNames keys={w.keys} />
                </p>
                <p className="muted">
                  {w.consents === 0 ? t('wordings.unused') : t('wordings.uses', { count: w.consents, n: fmt.number(w.consents) })}
                  {w.sources.map((s) => ` · ${t(`contact:source.${s.source}`, { defaultValue: s.source })}: ${fmt.number(s.n)}`).join('')}
                </p>
              </section>
            ))}
          </div>
        )}
      </Loaded>
    </Drawer>
  )
}
