import {
  createTheme,
  type CSSVariablesResolver,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
  type VariantColorsResolver,
} from '@mantine/core'

const teal: MantineColorsTuple = [
  '#E3F4F7',
  '#CBEBF0',
  '#A0DBE5',
  '#70CBD9',
  '#3EC1D5',
  '#1FA5BB',
  '#0E8DA3',
  '#08768B',
  '#065F71',
  '#044957',
]

// Automatic contrast picks white on the light primary of the dark scheme (2.1:1), so the pairs are ours.
const pairs: Record<string, { on: string; soft: string; onSoft: string; main: string; hover: string }> = {
  teal: {
    main: 'var(--k-primary)',
    hover: 'var(--k-primary-hover)',
    on: 'var(--k-on-primary)',
    soft: 'var(--k-primary-soft)',
    onSoft: 'var(--k-on-primary-soft)',
  },
  red: {
    main: 'var(--k-danger)',
    hover: 'var(--k-danger)',
    on: 'var(--k-surface)',
    soft: 'var(--k-danger-soft)',
    onSoft: 'var(--k-danger)',
  },
  green: {
    main: 'var(--k-success)',
    hover: 'var(--k-success)',
    on: 'var(--k-surface)',
    soft: 'var(--k-success-soft)',
    onSoft: 'var(--k-success)',
  },
  yellow: {
    main: 'var(--k-warning)',
    hover: 'var(--k-warning)',
    on: 'var(--k-surface)',
    soft: 'var(--k-warning-soft)',
    onSoft: 'var(--k-warning)',
  },
  blue: {
    main: 'var(--k-info)',
    hover: 'var(--k-info)',
    on: 'var(--k-surface)',
    soft: 'var(--k-info-soft)',
    onSoft: 'var(--k-info)',
  },
  gray: {
    main: 'var(--k-muted)',
    hover: 'var(--k-text)',
    on: 'var(--k-surface)',
    soft: 'var(--k-sunken)',
    onSoft: 'var(--k-text)',
  },
}

const variantColorResolver: VariantColorsResolver = (input) => {
  const base = defaultVariantColorsResolver(input)
  const pair = pairs[input.color ?? 'teal']
  if (!pair) return base
  switch (input.variant) {
    case 'filled':
      return { ...base, background: pair.main, hover: pair.hover, color: pair.on, border: '1px solid transparent' }
    case 'light':
      return { ...base, background: pair.soft, hover: pair.soft, color: pair.onSoft, border: '1px solid transparent' }
    case 'outline':
      return { ...base, background: 'transparent', hover: pair.soft, color: pair.onSoft, border: '1px solid var(--k-control)' }
    case 'subtle':
      return { ...base, background: 'transparent', hover: pair.soft, color: pair.onSoft, border: '1px solid transparent' }
    case 'default':
      return { ...base, background: 'var(--k-surface)', hover: 'var(--k-sunken)', color: 'var(--k-text)', border: '1px solid var(--k-control)' }
    default:
      return base
  }
}

export const cssVariables: CSSVariablesResolver = () => {
  const shared = {
    '--mantine-primary-color-contrast': 'var(--k-on-primary)',
    '--mantine-color-default-border': 'var(--k-control)',
    '--mantine-color-dimmed': 'var(--k-muted)',
    '--mantine-color-placeholder': 'var(--k-subtle)',
    '--mantine-color-body': 'var(--k-surface)',
    '--mantine-color-text': 'var(--k-text)',
    '--mantine-color-bright': 'var(--k-text)',
    '--mantine-color-default': 'var(--k-surface)',
    '--mantine-color-default-hover': 'var(--k-sunken)',
    '--mantine-color-default-color': 'var(--k-text)',
    '--mantine-color-anchor': 'var(--k-link)',
    '--mantine-color-error': 'var(--k-danger)',
    '--mantine-color-disabled': 'var(--k-sunken)',
    '--mantine-color-disabled-color': 'var(--k-subtle)',
    '--mantine-color-disabled-border': 'var(--k-border)',
  }
  return { variables: {}, light: shared, dark: shared }
}

export const theme = createTheme({
  fontFamily: 'var(--k-font)',
  fontFamilyMonospace: 'var(--k-mono)',
  headings: { fontFamily: 'var(--k-font)', fontWeight: '600' },
  colors: { teal },
  primaryColor: 'teal',
  primaryShade: { light: 7, dark: 4 },
  variantColorResolver,
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  focusRing: 'auto',
  breakpoints: { xs: '36em', sm: '48em', md: '62em', lg: '75em', xl: '88em' },
  fontSizes: { xs: '13px', sm: '14px', md: '15px', lg: '17px', xl: '18px' },
  lineHeights: { xs: '18px', sm: '20px', md: '22px', lg: '24px', xl: '26px' },
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '24px', xl: '32px' },
  radius: { xs: '4px', sm: '6px', md: '8px', lg: '12px', xl: '16px' },
  shadows: { sm: 'var(--k-shadow)', md: 'var(--k-shadow)', lg: 'var(--k-shadow)', xl: 'var(--k-shadow)' },
  // Plain objects: the components' own extend() would pull all of them into the first file.
  components: {
    Button: { defaultProps: { size: 'sm' } },
    Input: { defaultProps: { size: 'sm' } },
    InputWrapper: { defaultProps: { size: 'sm', inputWrapperOrder: ['label', 'description', 'input', 'error'] } },
    Alert: { defaultProps: { variant: 'light', radius: 'md' } },
    // The header of a dialog is not the banner of the page.
    Modal: { defaultProps: { attributes: { header: { role: 'none' } }, radius: 'xl', centered: true, transitionProps: { duration: 180 } } },
    Drawer: { defaultProps: { attributes: { header: { role: 'none' } }, transitionProps: { duration: 240 } } },
    Menu: { defaultProps: { shadow: 'md', position: 'bottom-end', transitionProps: { duration: 120 } } },
    Popover: { defaultProps: { shadow: 'md', transitionProps: { duration: 120 } } },
    Tooltip: { defaultProps: { openDelay: 350, events: { hover: true, focus: true, touch: false }, withArrow: false } },
    SegmentedControl: { defaultProps: { size: 'sm' } },
    Skeleton: { defaultProps: { radius: 'sm' } },
  },
})
