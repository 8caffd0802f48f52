import type { CheckpointerState } from '@rack-gateway/audit/checkpoints'
import type { SinkStats } from '@rack-gateway/audit/sinks'
import type { FastifyInstance } from 'fastify'
import { Counter, Gauge, Registry } from 'prom-client'
import { monthSeconds } from '../audit/retention-status.ts'

/** No label comes from a caller. */
export function createMetrics(app: FastifyInstance): Registry {
  const { identities, audit, lastUses, recordings, retentionStatus: months } = app
  const checkpoints = app.checkpoints.state
  const { now } = app.clock
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

  /** @param read returns the count since the start */
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

  /** The operator chooses the few names of sinks, so these names are a safe label. */
  function bySink(
    kind: typeof Gauge | typeof Counter,
    name: string,
    help: string,
    read: (sink: SinkStats) => number,
  ): void {
    new kind({
      name: `rack_gateway_audit_sink_${name}`,
      help,
      labelNames: ['sink'],
      registers,
      collect() {
        this.reset()
        for (const sink of audit.sinks()) this.inc({ sink: sink.name }, read(sink))
      },
    })
  }

  gauge(
    'identities_age_seconds',
    'Seconds since identities were last known to be current',
    () => identities.age() / 1_000,
  )
  gauge('identities_stale', '1 when a change of identities may have been missed for more than a second', () =>
    Number(identities.stale()),
  )
  gauge('identities_cached', 'Tokens whose principal is cached', () => identities.cached())
  counter('refusals', 'Denied calls without a known principal', () => audit.stats().refusals)
  counter('last_use_write_failures', 'Failures to write when tokens were last used', () => lastUses.failures())
  counter('audit_events', 'Events written to the audit log', () => audit.stats().written)
  gauge('audit_waiting', 'Events that are not written yet', () => audit.stats().waiting)
  bySink(Gauge, 'lag_events', 'Events that the sink has not taken yet', ({ lagEvents }) => lagEvents)
  bySink(
    Gauge,
    'lag_seconds',
    'Age of the oldest event that the sink has not taken yet',
    ({ lagSeconds }) => lagSeconds,
  )
  bySink(Counter, 'delivered_total', 'Events that the sink has taken', ({ delivered }) => delivered)
  bySink(Counter, 'dead_total', 'Events that the sink rejected permanently', ({ rejected }) => rejected)
  bySink(Counter, 'failures_total', 'Failed deliveries to the sink, which are tried again', ({ failures }) => failures)
  gauge('audit_available', '1 while the audit log can be written', () => Number(audit.stats().available))
  gauge('audit_checkpoint', 'Number of the newest checkpoint', () => checkpoints().number)
  gauge('audit_checkpoint_age_seconds', 'Seconds since the newest checkpoint was made', () => checkpoints().age / 1_000)
  gauge(
    'audit_unsigned',
    'The largest number of events in one stream of this process that no checkpoint has signed yet',
    () => checkpoints().unsigned,
  )
  counter('audit_verified', 'Events that this process has read back and verified', () => checkpoints().verified)
  counter(
    'audit_inconsistencies',
    'Inconsistencies that this process found in the audit log',
    () => checkpoints().raisedAlarms,
  )
  gauge(
    'audit_alarms_open',
    'Inconsistencies found by any process that nobody has acknowledged',
    () => checkpoints().openInconsistencies.count,
  )
  gauge(
    'audit_places',
    'Places outside the database that get copies of checkpoints',
    () => checkpoints().destinations.length,
  )
  gauge('audit_undelivered', 'Checkpoints that the slowest place does not have', () => undelivered(checkpoints()))
  counter('audit_delivery_failures', 'Failed deliveries of checkpoints', () => checkpoints().deliveryFailures)
  gauge('audit_oldest_month_timestamp_seconds', 'Start of the oldest month in the database', () =>
    monthSeconds(months().oldest),
  )
  gauge('audit_archived_month_timestamp_seconds', 'Start of the newest archived month; 0 for none', () =>
    monthSeconds(months().archived),
  )
  counter(
    'audit_streams_adopted',
    'Adopted streams of processes that ended without closing them',
    () => audit.stats().adopted,
  )
  counter('audit_outcomes_unknown', 'Calls of adopted streams whose outcome is unknown', () => audit.stats().unknown)
  gauge('audit_adoption_failing', '1 while streams of ended processes cannot be adopted', () =>
    Number(audit.stats().adoptionFailure !== null),
  )
  gauge('audit_fallback', '1 while events are written to the fallback file', () =>
    Number(audit.stats().fallback?.usingFile ?? false),
  )
  gauge(
    'audit_fallback_bytes',
    'Bytes of events in fallback files that are not in the database',
    () => audit.stats().fallback?.bytes ?? 0,
  )
  gauge('audit_fallback_age_seconds', 'Age of the oldest fallback file', () => {
    const since = audit.stats().fallback?.since ?? null
    return since === null ? 0 : Math.max(0, (now() - since) / 1_000)
  })
  gauge(
    'audit_fallback_refused_files',
    'Fallback files that could not be imported and need an operator',
    () => audit.stats().fallback?.refusedFiles ?? 0,
  )
  gauge(
    'audit_fallback_failing_files',
    'Fallback files whose import failed and is tried again',
    () => audit.stats().fallback?.failingFiles ?? 0,
  )
  counter(
    'audit_fallback_imported',
    'Events that were imported into the database from fallback files',
    () => audit.stats().fallback?.imported ?? 0,
  )
  if (recordings === null) return registry
  const { stats } = recordings
  gauge('recordings_open', 'Recordings that run or are not stored yet', () => stats().open)
  gauge('recordings_waiting_bytes', 'Bytes of recordings that are not stored yet', () => stats().waitingBytes)
  gauge('recordings_failing', 'Recordings whose last attempt to store a chunk failed', () => stats().failing)
  counter('recordings_chunks', 'Chunks of recordings that were stored', () => stats().stored)
  counter('recordings_failures', 'Failed attempts to store a chunk', () => stats().failures)
  counter(
    'recordings_lost_bytes',
    'Bytes of sessions that were lost because storing them failed',
    () => stats().lostBytes,
  )
  return registry
}

function undelivered({ number, destinations }: CheckpointerState): number {
  return Math.max(0, ...destinations.map((destination) => number - destination.number))
}
