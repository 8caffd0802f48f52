import type { SinkStats } from '@rack-gateway/audit'
import type { Health } from '@rack-gateway/gateway-api'

/** Seconds. */
const maxLag = 300

export function isDegraded({ problem, lagSeconds }: Pick<SinkStats, 'problem' | 'lagSeconds'>): boolean {
  return problem !== null || lagSeconds > maxLag
}

/** Omits `problem`, which can contain addresses. */
export function sinkHealth(stats: SinkStats): Health['sinks'][number] {
  const { name, kind, lagEvents, lagSeconds, delivered, failures, rejected } = stats
  const state = isDegraded(stats) ? 'degraded' : 'delivering'
  return { name, kind, state, lagEvents, lagSeconds, delivered, failures, dead: rejected }
}
