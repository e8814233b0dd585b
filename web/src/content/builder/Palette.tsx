import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useBuilder } from './context'
import { type Load, useDraggable } from './drag'
import { groups, icons, type Make } from './make'
import css from './Panels.module.css'

/** Palette offers what a letter is made of: press to append after what is chosen, or drag to a place. */
export function Palette() {
  const { t } = useTranslation('builder')
  return (
    <div className={css.palette}>
      {groups.map((g) => (
        <section key={g.name} aria-label={t(`group.${g.name}`)}>
          <h2 className={css.groupName}>{t(`group.${g.name}`)}</h2>
          <div className={css.tiles}>
            {g.makes.map((m) => (
              <Tile key={m} make={m} />
            ))}
          </div>
        </section>
      ))}
    </div>
  )
}

function Tile({ make }: { make: Make }) {
  const { t } = useTranslation('builder')
  const { append } = useBuilder()
  const ref = useRef<HTMLButtonElement>(null)
  const load: Load = { is: 'new', make }
  useDraggable(ref, load, true)
  const Icon = icons[make]
  return (
    <button ref={ref} type="button" className={css.tile} onClick={() => append(load)}>
      <Icon size={22} stroke={1.5} aria-hidden />
      <span>{t(`block.${make}`)}</span>
    </button>
  )
}
