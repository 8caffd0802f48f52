import type { ReactNode } from 'react'
import styles from './breadcrumbs.module.css'

/** @param children links to the pages above this one, the outermost first */
export function Breadcrumbs({ children }: { readonly children: readonly ReactNode[] }) {
  return (
    <nav aria-label="Breadcrumbs">
      <ol className={styles.list}>
        {children.map((child, index) => (
          <li key={`${index}`}>{child}</li>
        ))}
      </ol>
    </nav>
  )
}
