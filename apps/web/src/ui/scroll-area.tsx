import type { ReactNode } from 'react'
import styles from './scroll-area.module.css'

/** Content that can be wider than the page. The keyboard can scroll it, so it takes the focus. */
export function ScrollArea({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
    <section className={styles.area} tabIndex={0} aria-label={label}>
      {children}
    </section>
  )
}
