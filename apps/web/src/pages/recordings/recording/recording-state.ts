import type { Recording } from '@rack-gateway/gateway-api'
import type { Tone } from '../../../ui/status/badge.tsx'

export function recordingState({
  endedAt,
  removedBecause,
  lost,
}: Pick<Recording, 'endedAt' | 'removedBecause' | 'lost'>): { readonly label: string; readonly tone: Tone } {
  if (removedBecause !== null) return { label: 'Removed', tone: 'neutral' }
  if (endedAt === null) return { label: 'Live', tone: 'accent' }
  // `lost` is null if the gateway process ended before it could record how much is missing.
  if (lost === null) return { label: 'Cut', tone: 'warn' }
  return lost > 0 ? { label: 'Gaps', tone: 'warn' } : { label: 'Ended', tone: 'allow' }
}

/** Such as `staging/myapp/web`. */
export function locationOf({ rack, app, process }: Pick<Recording, 'rack' | 'app' | 'process'>): string {
  return [rack, app, process].filter((name) => name !== null).join('/')
}

export function commandOrRoute({ command, route }: Pick<Recording, 'command' | 'route'>): string {
  return command || route
}
