import { Badge, type Tone } from '../../../ui/status/badge.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'

const tones: Readonly<Record<string, Tone>> = {
  running: 'allow',
  complete: 'allow',
  updating: 'accent',
  pending: 'accent',
  created: 'accent',
  rollback: 'warn',
  failed: 'deny',
  unhealthy: 'deny',
  crashed: 'deny',
}

/** The status of an app, process, build, instance, or resource, as the rack sends it. */
export function StatusBadge({ status }: { readonly status: string }) {
  return (
    <Badge tone={tones[status] ?? 'neutral'}>
      <VisibleText>{status === '' ? 'unknown' : status}</VisibleText>
    </Badge>
  )
}
