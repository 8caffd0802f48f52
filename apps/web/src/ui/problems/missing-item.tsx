import type { ReactNode } from 'react'
import { VisibleText } from '../text/visible-text.tsx'

interface MissingItemProps {
  /** One or two sentences. */
  readonly what: string
  /** A link to where the person can go on. */
  readonly children: ReactNode
}

/** For an address that leads to nothing. */
export function MissingItem({ what, children }: MissingItemProps) {
  return (
    <div className="stack-2">
      <VisibleText as="p">{what}</VisibleText>
      <p>{children}</p>
    </div>
  )
}
