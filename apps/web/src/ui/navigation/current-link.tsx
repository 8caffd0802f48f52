import { createLink } from '@tanstack/react-router'
import type { ComponentProps } from 'react'

interface AnchorProps extends ComponentProps<'a'> {
  /** Whether the link leads to what is shown. */
  readonly isCurrent: boolean
}

/** The router marks a link before it shows the page of the link. Then two links would be current at the same time. */
export const CurrentLink = createLink(({ isCurrent, ...props }: AnchorProps) => (
  <a {...props} aria-current={isCurrent ? 'page' : undefined} />
))
