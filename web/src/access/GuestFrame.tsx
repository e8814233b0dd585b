import { SegmentedControl } from '@mantine/core'
import { Outlet } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { Mark } from '@/app/shell/Mark'
import { product } from '@/app/session'
import { useLang } from '@/app/useLang'
import type { Lang } from '@/lib/fmt'
import css from './GuestFrame.module.css'

const short = { ru: 'Рус', kk: 'Қаз', en: 'Eng' } as const

/** GuestFrame holds the screens of people who are not signed in: the product's name, the screen, languages. */
export function GuestFrame() {
  const { t } = useTranslation()
  const { lang, choose } = useLang()
  return (
    <div className={css.frame}>
      <header className={css.head}>
        <a href="/" className={css.brand}>
          <Mark />
          <span>{product().product}</span>
        </a>
        <SegmentedControl
          aria-label={t('language')}
          value={lang}
          onChange={(l) => void choose(l as Lang)}
          data={(['ru', 'kk', 'en'] as const).map((l) => ({ value: l, label: short[l] }))}
        />
      </header>
      <main className={css.main}>
        <Outlet />
      </main>
    </div>
  )
}
