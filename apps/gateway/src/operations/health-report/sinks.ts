import type { SinkStats } from '@rack-gateway/audit/sinks'
import type { Health } from '@rack-gateway/gateway-api'

/** Seconds. */
const maxLag = 300

export function isDegraded({ trouble, lagSeconds }: Pick<SinkStats, 'trouble' | 'lagSeconds'>): boolean {
  return trouble !== null || lagSeconds > maxLag
}

/** Omits `trouble`, which can contain addresses. */
export function sinkHealth(stats: SinkStats): Health['sinks'][number] {
  const { name, kind, lagEvents, lagSeconds, delivered, failures, dead } = stats
  const state = isDegraded(stats) ? 'degraded' : 'delivering'
  return { name, kind, state, lagEvents, lagSeconds, delivered, failures, dead }
}
