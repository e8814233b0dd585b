import { Button, type ButtonProps } from '@mantine/core'
import { Link, type LinkProps } from '@tanstack/react-router'
import type { ReactNode } from 'react'

interface Props extends ButtonProps {
  link: LinkProps
  children: ReactNode
  'aria-label'?: string
}

/** LinkButton looks like a button and is a link: it opens in a new tab, and its screen is loaded on hover. */
export function LinkButton({ link, children, ...rest }: Props) {
  return (
    <Button {...rest} renderRoot={(props) => <Link {...props} {...link} />}>
      {children}
    </Button>
  )
}
