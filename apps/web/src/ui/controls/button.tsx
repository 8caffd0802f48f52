import type { ReactNode } from 'react'
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
