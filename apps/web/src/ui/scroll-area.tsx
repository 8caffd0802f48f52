import type { ReactNode } from 'react'
import styles from './scroll-area.module.css'

interface ScrollAreaProps {
  readonly label: string
  /** `page`: at most three quarters of the window high, and scrolls down, too, such as a table whose head stays in view. */
  readonly height?: 'content' | 'page'
  readonly children: ReactNode
}

/** Content that can be wider than the page. The keyboard can scroll it, so it takes the focus. */
export function ScrollArea({ label, height = 'content', children }: ScrollAreaProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields, and a section would be one of too many landmarks
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
    <div role="group" className={`${styles.area} ${styles[height]}`} tabIndex={0} aria-label={label}>
      {children}
    </div>
  )
}
