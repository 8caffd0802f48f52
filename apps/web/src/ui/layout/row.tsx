import type { ElementType } from 'react'
import styles from './layout.module.css'
import type { Gap, LayoutProps } from './stack.tsx'

interface RowProps {
  readonly gap?: Gap
  /** How elements of different heights stand in their line; by default in its middle. */
  readonly align?: 'start' | 'baseline'
  /** Where free space goes; by default to the end of the line. */
  readonly justify?: 'between' | 'end'
}

/** Elements beside each other. Those for which there is no room go to the next line. */
export function Row<E extends ElementType = 'div'>(props: LayoutProps<E, RowProps>) {
  const { as, gap = 2, align, justify, ...rest } = props
  const Element: ElementType = as ?? 'div'
  const names = [styles.row, styles[`gap${gap}`], align && styles[align], justify && styles[justify]]
  return <Element {...rest} className={names.filter(Boolean).join(' ')} />
}
