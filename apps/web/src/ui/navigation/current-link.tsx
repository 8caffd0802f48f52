import { createLink } from '@tanstack/react-router'
import type { ComponentProps } from 'react'

interface AnchorProps extends ComponentProps<'a'> {
  /** Whether the link leads to what is shown. */
  readonly isCurrent: boolean
}

/** The router marks links by its location, which can be ahead of what is shown: two links would be current at once. */
export const CurrentLink = createLink(({ isCurrent, ...props }: AnchorProps) => (
  <a {...props} aria-current={isCurrent ? 'page' : undefined} />
))
