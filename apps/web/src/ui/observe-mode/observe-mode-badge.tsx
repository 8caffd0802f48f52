import type { RackStatus } from '@rack-gateway/gateway-api'
import { Eye } from 'lucide-react'
import { Tag } from '../status/badge.tsx'
import { Time } from '../time/time.tsx'
import { useIsFuture } from './use-is-future.ts'

interface ObservingProps {
  readonly observing: RackStatus['observing'] | undefined
}

/** Shows nothing if the policy is enforced on the rack. */
export function ObserveModeBadge({ observing }: ObservingProps) {
  const isObserving = useIsFuture(observing?.until)
  if (!isObserving || !observing) return null
  return (
    <Tag tone="warn">
      <Eye aria-hidden size={12} strokeWidth={2.5} />
      <span>
        Observe mode until <Time at={observing.until} kind="short" />
      </span>
    </Tag>
  )
}

/** The same where there is no room for words. */
export function ObserveModeIcon({ observing }: ObservingProps) {
  const isObserving = useIsFuture(observing?.until)
  if (!isObserving) return null
  return (
    <Eye role="img" aria-label="Observe mode" size={12}>
      <title>Observe mode</title>
    </Eye>
  )
}
