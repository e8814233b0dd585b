import { Button, Modal } from '@mantine/core'
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type BadRow, type ErrorGroup, type Import, listBadRows, mendBadRows } from '@/api'
import { useFmt } from '@/lib/useFmt'
import form from '@/ui/Form.module.css'
import { Loaded } from '@/ui/Loaded'
import { ProblemAlert } from '@/ui/ProblemAlert'
import { ScrollBox } from '@/ui/ScrollBox'
import { TableSkeleton } from '@/ui/Skeletons'
import css from './Intake.module.css'
import { importKey } from './steps'

interface Props {
  file: Import
  group: ErrorGroup
  onClose: () => void
  /** Rows were mended: the file wants to be checked again. */
  onMended: () => void
}

type Mended = Record<number, { cells: string[]; dropped: boolean }>

const atOnce = 50

/** BadRows is a grid of the rows that the check has refused, to be mended one by one. */
export function BadRows({ file, group, onClose, onMended }: Props) {
  const { t } = useTranslation('intake')
  const client = useQueryClient()
  const [mended, setMended] = useState<Mended>({})
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const rows = useInfiniteQuery({
    queryKey: ['bad-rows', file.id, group.code, group.column],
    queryFn: ({ pageParam, signal }) =>
      listBadRows({ path: { id: file.id }, query: { code: group.code, column: group.column, limit: atOnce, cursor: pageParam || undefined }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next ?? undefined,
    gcTime: 0,
  })
  const count = Object.keys(mended).length
  const save = async () => {
    setBusy(true)
    setError(null)
    try {
      const all = Object.entries(mended).map(([line, m]) => ({ line: Number(line), ...m }))
      let next: Import | undefined
      for (let i = 0; i < all.length; i += 500) next = await mendBadRows({ path: { id: file.id }, body: { rows: all.slice(i, i + 500) } })
      if (next) client.setQueryData(importKey(file.id), next)
      onMended()
    } catch (e) {
      setError(e)
      setBusy(false)
    }
  }
  return (
    <Modal
      opened
      onClose={onClose}
      size="min(1120px, 94vw)"
      title={t('bad.title', { cause: t(`row.${group.code}`, { defaultValue: t('errors.other') }) })}
      closeButtonProps={{ 'aria-label': t('ui:close') }}
    >
      <div className={form.stack}>
        <p className="muted">{t('bad.hint')}</p>
        <ProblemAlert error={error} />
        <Loaded query={rows} skeleton={<TableSkeleton rows={4} />}>
          {(data) => (
            <>
              <Grid file={file} group={group} rows={data.pages.flatMap((p) => p.items)} mended={mended} onChange={setMended} />
              {rows.hasNextPage && (
                <Button variant="default" loading={rows.isFetchingNextPage} onClick={() => void rows.fetchNextPage()}>
                  {t('bad.more')}
                </Button>
              )}
            </>
          )}
        </Loaded>
        <div className={`${form.buttons} ${form.end}`}>
          <Button variant="default" onClick={onClose}>
            {t('ui:cancel')}
          </Button>
          <Button onClick={() => void save()} loading={busy} disabled={count === 0}>
            {t('bad.save')}
          </Button>
        </div>
      </div>
    </Modal>
  )
}

interface GridProps {
  file: Import
  group: ErrorGroup
  rows: BadRow[]
  mended: Mended
  onChange: (m: Mended) => void
}

function Grid({ file, group, rows, mended, onChange }: GridProps) {
  const { t } = useTranslation('intake')
  const fmt = useFmt()
  const names = file.columns.map((c) => c.header || t('columns.number', { n: c.index + 1 }))
  const now = (r: BadRow) => mended[r.line] ?? { cells: names.map((_, i) => r.cells[i] ?? ''), dropped: false }
  const put = (r: BadRow, change: Partial<Mended[number]>) => onChange({ ...mended, [r.line]: { ...now(r), ...change } })
  return (
    <ScrollBox className={css.grid} label={t('bad.table')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('bad.line')}</th>
            {names.map((n, i) => (
              <th key={i} scope="col">
                {n}
              </th>
            ))}
            <th scope="col">{t('bad.drop')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((r) => {
            const m = now(r)
            return (
              <tr key={r.line} data-dropped={m.dropped || undefined}>
                <th scope="row" className="tabular">
                  {fmt.number(r.line)}
                </th>
                {m.cells.map((c, i) => (
                  <td key={i}>
                    <input
                      className={css.cell}
                      value={c}
                      disabled={m.dropped}
                      maxLength={1000}
                      data-wrong={(i === group.column && !mended[r.line]) || undefined}
                      aria-label={t('bad.cell', { line: fmt.number(r.line), column: names[i] })}
                      onChange={(e) => put(r, { cells: m.cells.map((x, j) => (j === i ? e.currentTarget.value : x)) })}
                    />
                  </td>
                ))}
                <td>
                  <input
                    type="checkbox"
                    className={css.check}
                    checked={m.dropped}
                    aria-label={t('bad.drop_line', { line: fmt.number(r.line) })}
                    onChange={(e) => put(r, { dropped: e.currentTarget.checked })}
                  />
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </ScrollBox>
  )
}
