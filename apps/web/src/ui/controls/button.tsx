import type { ComponentProps, ReactNode } from 'react'
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components'
import { Spinner } from '../status/spinner.tsx'
import styles from './button.module.css'

export interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'children' | 'style'> {
  readonly kind?: 'primary' | 'plain' | 'quiet' | 'danger'
  readonly children: ReactNode
}

/** While `isPending`, the button cannot be pressed. */
export function Button({ kind = 'plain', children, isPending = false, ...props }: ButtonProps) {
  return (
    <AriaButton {...props} isPending={isPending} className={`${styles.button} ${styles[kind]}`}>
      {isPending && <Spinner />}
      {children}
    </AriaButton>
  )
}

interface ButtonLinkProps extends Omit<ComponentProps<'a'>, 'className'> {
  readonly kind?: 'primary' | 'plain'
  readonly href: string
}

/** A link to an address that is not a page of the console, such as a login or a download. */
export function ButtonLink({ kind = 'plain', ...props }: ButtonLinkProps) {
  return <a {...props} className={`${styles.button} ${styles[kind]}`} />
}
