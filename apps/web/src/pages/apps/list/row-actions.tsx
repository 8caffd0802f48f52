import type { ReactNode } from 'react'
import styles from './row-actions.module.css'

export function RowActions({ children }: { readonly children: ReactNode }) {
  return <span className={styles.actions}>{children}</span>
}
