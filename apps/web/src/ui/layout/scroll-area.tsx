import type { ReactNode } from 'react'
import styles from './scroll-area.module.css'

interface ScrollAreaProps {
  readonly label: string
  /** `page`: at most three quarters of the height of the window. */
  readonly height?: 'content' | 'page'
  readonly children: ReactNode
}

export function ScrollArea({ label, height = 'content', children }: ScrollAreaProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields, and a section would be one of too many landmarks
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable area must be reachable with the keyboard
    <div role="group" className={`${styles.area} ${styles[height]}`} tabIndex={0} aria-label={label}>
      {children}
    </div>
  )
}
