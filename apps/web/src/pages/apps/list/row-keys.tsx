import { type ReactNode, useRef } from 'react'
import { useRowKeys } from '../../../ui/use-row-keys.ts'
import styles from './row-keys.module.css'

export function RowKeys({ children }: { readonly children: ReactNode }) {
  const container = useRef<HTMLDivElement>(null)
  useRowKeys(container, () => {})
  return (
    <div ref={container} className={styles.list}>
      {children}
    </div>
  )
}
