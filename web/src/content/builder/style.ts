import type { CSSProperties } from 'react'
import type { Color, Pad, Theme } from './doc'

// How parts of a letter look on the canvas: the same measures as the server's renderer writes.

const colorNames = ['bg', 'surface', 'text', 'muted', 'link', 'primary', 'on_primary'] as const
export type ColorName = (typeof colorNames)[number]

/** colorOf gives #RRGGBB for a name of the theme, or for a colour written out. */
export function colorOf(color: Color, theme: Theme): string {
  return colorNames.includes(color as ColorName) ? theme[color as ColorName] : color
}

/** padding gives CSS for four numbers; nothing when there are none. */
export const padding = (pad: Pad | undefined): string | undefined => pad && pad.map((n) => `${n}px`).join(' ')

/** Fonts that every mail program has. */
export const fonts: Record<string, string> = {
  arial: 'Arial, Helvetica, sans-serif',
  verdana: 'Verdana, Geneva, sans-serif',
  tahoma: 'Tahoma, Verdana, sans-serif',
  trebuchet: "'Trebuchet MS', Tahoma, sans-serif",
  georgia: 'Georgia, serif',
  times: "'Times New Roman', Times, serif",
}

/** headingSize gives pixels for a level of heading. */
export const headingSize = { 1: 28, 2: 22, 3: 18 } as const

/** letterVars puts the theme into variables, for colours inside of texts. */
export function letterVars(theme: Theme): CSSProperties {
  return Object.fromEntries(colorNames.map((n) => [`--letter-${n}`, theme[n]])) as CSSProperties
}

/** contrast is the ratio of WCAG between two colours #RRGGBB, from 1 to 21. */
export function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)].toSorted((p, q) => q - p) as [number, number]
  return (x + 0.05) / (y + 0.05)
}

function luminance(hex: string): number {
  const channel = (at: number) => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}
