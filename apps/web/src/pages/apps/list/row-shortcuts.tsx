import { type ReactNode, useRef } from 'react'
import { useRowShortcuts } from '../../../ui/use-row-shortcuts.ts'
import styles from './row-shortcuts.module.css'

export function RowShortcuts({ children }: { readonly children: ReactNode }) {
  const container = useRef<HTMLDivElement>(null)
  useRowShortcuts(container)
  return (
    <div ref={container} className={styles.list}>
      {children}
    </div>
  )
}
