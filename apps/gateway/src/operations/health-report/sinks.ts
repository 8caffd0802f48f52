import type { SinkStats } from '@rack-gateway/audit/sinks'
import type { Health } from '@rack-gateway/gateway-api'

/** Seconds behind. */
const tooFarBehind = 300

export function isDegraded({ trouble, lagSeconds }: Pick<SinkStats, 'trouble' | 'lagSeconds'>): boolean {
  return trouble !== null || lagSeconds > tooFarBehind
}

/** The trouble itself can have addresses, so it is only in the log. */
export function sinkHealth(stats: SinkStats): Health['sinks'][number] {
  const { name, kind, lagEvents, lagSeconds, delivered, failures, dead } = stats
  const state = isDegraded(stats) ? 'degraded' : 'delivering'
  return { name, kind, state, lagEvents, lagSeconds, delivered, failures, dead }
}
