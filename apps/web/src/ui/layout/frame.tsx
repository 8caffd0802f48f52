import type { ElementType } from 'react'
import styles from './layout.module.css'
import type { Gap, LayoutProps } from './stack.tsx'

interface FrameProps {
  /** The space between elements below each other. Without it, the content is one text. */
  readonly gap?: Gap
  readonly tone?: 'sunken' | 'accent' | 'warn'
}

/** A box around a notice or a part of a card. */
export function Frame<E extends ElementType = 'div'>(props: LayoutProps<E, FrameProps>) {
  const { as, gap, tone, ...rest } = props
  const Element: ElementType = as ?? 'div'
  const names = [styles.frame, gap && styles.stack, gap && styles[`gap${gap}`], tone && styles[tone]]
  return <Element {...rest} className={names.filter(Boolean).join(' ')} />
}
