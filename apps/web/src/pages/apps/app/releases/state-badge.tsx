import { Badge, Tag } from '../../../../ui/status/badge.tsx'
import type { ReleaseState } from './release-state.ts'

interface StateBadgeProps {
  readonly state: ReleaseState
  /** Whether no release is newer. */
  readonly isNewest?: boolean
}

/**
 * Most releases are older than the running one, so older releases have no badge. A release that is not promoted is
 * usual, and no reason for a warning.
 */
export function StateBadge({ state, isNewest = false }: StateBadgeProps) {
  if (state === 'running') return <Badge tone="allow">{isNewest ? 'Running, newest' : 'Running'}</Badge>
  if (state === 'rolling-out') return <Tag tone="accent">Rolling out</Tag>
  if (state === 'newer') return <Tag tone="neutral">{isNewest ? 'Newest, not promoted' : 'Not promoted'}</Tag>
  return null
}
