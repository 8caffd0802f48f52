import { Badge, Tag } from '../../../../ui/status/badge.tsx'
import type { ReleaseState } from './release-state.ts'

/** Most releases are older than the running one, so older releases have no badge. */
export function StateBadge({ state }: { readonly state: ReleaseState }) {
  if (state === 'running') return <Badge tone="allow">Running</Badge>
  if (state === 'rolling-out') return <Tag tone="accent">Rolling out</Tag>
  if (state === 'newer') return <Badge tone="warn">Not promoted</Badge>
  return null
}
