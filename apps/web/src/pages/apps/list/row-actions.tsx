import type { ReactNode } from 'react'
import styles from './row-actions.module.css'

/** Buttons and links at the end of a row. */
export function RowActions({ children }: { readonly children: ReactNode }) {
  return <span className={styles.actions}>{children}</span>
}
