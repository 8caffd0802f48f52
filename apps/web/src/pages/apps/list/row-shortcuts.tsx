import { type ReactNode, useRef } from 'react'
import { useRowShortcuts } from '../../../ui/use-row-shortcuts.ts'

export function RowShortcuts({ children }: { readonly children: ReactNode }) {
  const container = useRef<HTMLDivElement>(null)
  useRowShortcuts(container)
  return (
    <div ref={container} className="stack-3">
      {children}
    </div>
  )
}
