import type { ReactNode } from 'react'
import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components'
import styles from './button.module.css'
import { Spinner } from './spinner.tsx'

export interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'children' | 'style'> {
  readonly kind?: 'primary' | 'plain' | 'quiet' | 'danger'
  readonly children: ReactNode
}

/** A button. While `isPending`, it shows a spinner after 300 ms, and cannot be pressed again. */
export function Button({ kind = 'plain', children, isPending = false, ...props }: ButtonProps) {
  return (
    <AriaButton {...props} isPending={isPending} className={`${styles.button} ${styles[kind]}`}>
      {isPending && <Spinner />}
      {children}
    </AriaButton>
  )
}
