import type { ElementType } from 'react'
import styles from './layout.module.css'
import type { Gap, LayoutProps } from './stack.tsx'

interface GridProps {
  /** The least width of a column: of a word, a field of a form, or a card. */
  readonly column: 'small' | 'field' | 'card'
  readonly gap?: Gap
  readonly align?: 'bottom'
}

/** Columns of one width, as many as there is room for. */
export function Grid<E extends ElementType = 'div'>(props: LayoutProps<E, GridProps>) {
  const { as, column, gap = 3, align, ...rest } = props
  const Element: ElementType = as ?? 'div'
  const names = [styles.grid, styles[column], styles[`gap${gap}`], align && styles[align]]
  return <Element {...rest} className={names.filter(Boolean).join(' ')} />
}
