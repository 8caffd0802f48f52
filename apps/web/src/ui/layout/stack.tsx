import type { ComponentProps, ElementType } from 'react'
import styles from './layout.module.css'

/** A step of the scale of spaces. */
export type Gap = 1 | 2 | 3 | 4

export type LayoutProps<E extends ElementType, P> = P & { readonly as?: E } & Omit<
    ComponentProps<E>,
    keyof P | 'as' | 'className'
  >

interface StackProps {
  readonly gap: Gap
  /** At most as wide as a text that is easy to read. */
  readonly isText?: boolean
}

/** Elements below each other. */
export function Stack<E extends ElementType = 'div'>(props: LayoutProps<E, StackProps>) {
  const { as, gap, isText = false, ...rest } = props
  const Element: ElementType = as ?? 'div'
  return <Element {...rest} className={`${styles.stack} ${styles[`gap${gap}`]} ${isText ? styles.text : ''}`} />
}
