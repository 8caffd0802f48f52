import type { Audit } from '@rack-gateway/audit/plugin'
import type { Identities } from '@rack-gateway/auth'
import type { LastUses } from '@rack-gateway/auth/store'
import type { Recordings } from '@rack-gateway/recordings'
import { Counter, Gauge, Registry } from 'prom-client'

export interface MetricSources {
  readonly identities: Identities
  readonly audit: Audit
  readonly lastUses: LastUses
  readonly recordings: Recordings | null
}

/** What is measured: asked for when somebody collects it. No label comes from a caller. */
export function createMetrics({ identities, audit, lastUses, recordings }: MetricSources): Registry {
  const registry = new Registry()
  const registers = [registry]

  function gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name: `rack_gateway_${name}`,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  }

  /** @param read how many there were since the start */
  function counter(name: string, help: string, read: () => number): void {
    new Counter({
      name: `rack_gateway_${name}_total`,
      help,
      registers,
      collect() {
        this.reset()
        this.inc(read())
      },
    })
  }

  gauge('identities_age_seconds', 'Since identities were last known to be current', () => identities.age() / 1_000)
  gauge('identities_stale', '1 when a change of identities may have been missed for more than a second', () =>
    Number(identities.stale()),
  )
  gauge('identities_cached', 'Tokens of which it is remembered who they are', () => identities.cached())
  counter('refusals', 'Calls refused before anybody was known', () => audit.stats().refusals)
  counter('last_use_write_failures', 'Failures to write when tokens were last used', () => lastUses.failures())
  counter('audit_events', 'Events written to the audit log', () => audit.stats().written)
  gauge('audit_waiting', 'Events that are not written yet', () => audit.stats().waiting)
  gauge('audit_available', '1 while the audit log can be written', () => Number(audit.stats().available))
  if (recordings === null) return registry
  const { stats } = recordings
  gauge('recordings_open', 'Recordings that run, or are not stored yet', () => stats().open)
  gauge('recordings_waiting_bytes', 'Bytes of recordings that are not stored yet', () => stats().waitingBytes)
  gauge('recordings_failing', 'Recordings whose last chunk could not be stored yet', () => stats().failing)
  counter('recordings_chunks', 'Chunks of recordings that were stored', () => stats().stored)
  counter('recordings_failures', 'Attempts to store a chunk of a recording that failed', () => stats().failures)
  counter('recordings_lost_bytes', 'Bytes of sessions that went on without being recorded', () => stats().lost)
  return registry
}
