import type { CheckpointerState, SinkStats } from '@rack-gateway/audit'
import type { FastifyInstance } from 'fastify'
import { monthSeconds } from '../../audit/retention-status.ts'
import { counter, gauge, type Metric, type NumberMetric, type Unit } from './metric.ts'

export const auditMetrics: readonly Metric[] = [
  counter('rack_gateway_audit_events_total', 'count', 'Events written to the audit log', ({ app }) => {
    return app.audit.stats().written
  }),
  gauge('rack_gateway_audit_waiting', 'count', 'Events that are not written yet', ({ app }) => {
    return app.audit.stats().waiting
  }),
  gauge('rack_gateway_audit_available', '0 or 1', '1 while the audit log can be written', ({ app }) =>
    Number(app.audit.stats().available),
  ),
  gauge('rack_gateway_audit_checkpoint', 'count', 'Number of the newest checkpoint', ({ app }) => {
    return checkpoints(app).number
  }),
  gauge(
    'rack_gateway_audit_checkpoint_age_seconds',
    'seconds',
    'Seconds since the newest checkpoint was made',
    ({ app }) => checkpoints(app).age / 1_000,
  ),
  gauge(
    'rack_gateway_audit_unsigned',
    'count',
    'The largest number of events in one stream of this process that no checkpoint has signed yet',
    ({ app }) => checkpoints(app).unsigned,
  ),
  counter(
    'rack_gateway_audit_verified_total',
    'count',
    'Events that this process has read back and verified',
    ({ app }) => checkpoints(app).verified,
  ),
  counter(
    'rack_gateway_audit_inconsistencies_total',
    'count',
    'Inconsistencies that this process found in the audit log',
    ({ app }) => checkpoints(app).raisedAlarms,
  ),
  gauge(
    'rack_gateway_audit_alarms_open',
    'count',
    'Inconsistencies found by any process that nobody has acknowledged',
    ({ app }) => checkpoints(app).openInconsistencies.count,
  ),
  gauge(
    'rack_gateway_audit_places',
    'count',
    'Places outside the database that get copies of checkpoints',
    ({ app }) => checkpoints(app).destinations.length,
  ),
  gauge('rack_gateway_audit_undelivered', 'count', 'Checkpoints that the slowest place does not have', ({ app }) =>
    undelivered(checkpoints(app)),
  ),
  counter(
    'rack_gateway_audit_delivery_failures_total',
    'count',
    'Failed deliveries of checkpoints',
    ({ app }) => checkpoints(app).deliveryFailures,
  ),
  gauge(
    'rack_gateway_audit_oldest_month_timestamp_seconds',
    'Unix time in seconds',
    'Start of the oldest month in the database',
    ({ app }) => monthSeconds(app.retentionStatus().oldest),
  ),
  gauge(
    'rack_gateway_audit_archived_month_timestamp_seconds',
    'Unix time in seconds',
    'Start of the newest archived month; 0 for none',
    ({ app }) => monthSeconds(app.retentionStatus().archived),
  ),
  counter(
    'rack_gateway_audit_streams_adopted_total',
    'count',
    'Adopted streams of processes that ended without closing them',
    ({ app }) => app.audit.stats().adopted,
  ),
  counter(
    'rack_gateway_audit_outcomes_unknown_total',
    'count',
    'Calls of adopted streams whose outcome is unknown',
    ({ app }) => app.audit.stats().unknown,
  ),
  gauge(
    'rack_gateway_audit_adoption_failing',
    '0 or 1',
    '1 while streams of ended processes cannot be adopted',
    ({ app }) => Number(app.audit.stats().adoptionFailure !== null),
  ),
  gauge('rack_gateway_audit_fallback', '0 or 1', '1 while events are written to the fallback file', ({ app }) =>
    Number(app.audit.stats().fallback?.usingFile ?? false),
  ),
  gauge(
    'rack_gateway_audit_fallback_bytes',
    'bytes',
    'Bytes of events in fallback files that are not in the database',
    ({ app }) => app.audit.stats().fallback?.bytes ?? 0,
  ),
  gauge('rack_gateway_audit_fallback_age_seconds', 'seconds', 'Age of the oldest fallback file', ({ app }) => {
    const since = app.audit.stats().fallback?.since ?? null
    return since === null ? 0 : Math.max(0, (app.clock.now() - since) / 1_000)
  }),
  gauge(
    'rack_gateway_audit_fallback_refused_files',
    'count',
    'Fallback files that could not be imported and need an operator',
    ({ app }) => app.audit.stats().fallback?.refusedFiles ?? 0,
  ),
  gauge(
    'rack_gateway_audit_fallback_failing_files',
    'count',
    'Fallback files whose import failed and is tried again',
    ({ app }) => app.audit.stats().fallback?.failingFiles ?? 0,
  ),
  counter(
    'rack_gateway_audit_fallback_imported_total',
    'count',
    'Events that were imported into the database from fallback files',
    ({ app }) => app.audit.stats().fallback?.imported ?? 0,
  ),
  bySink('gauge', 'lag_events', 'count', 'Events that the sink has not taken yet', ({ lagEvents }) => lagEvents),
  bySink('gauge', 'lag_seconds', 'seconds', 'Age of the oldest event that the sink has not taken yet', (sink) => {
    return sink.lagSeconds
  }),
  bySink('counter', 'delivered_total', 'count', 'Events that the sink has taken', ({ delivered }) => delivered),
  bySink('counter', 'dead_total', 'count', 'Events that the sink rejected permanently', ({ rejected }) => rejected),
  bySink('counter', 'failures_total', 'count', 'Failed deliveries to the sink, which are tried again', (sink) => {
    return sink.failures
  }),
]

function checkpoints(app: FastifyInstance): CheckpointerState {
  return app.checkpoints.state()
}

function undelivered({ number, destinations }: CheckpointerState): number {
  return Math.max(0, ...destinations.map((destination) => number - destination.number))
}

/** The operator chooses the few names of sinks, so these names are a safe label. */
function bySink(
  type: NumberMetric['type'],
  name: string,
  unit: Unit,
  help: string,
  read: (sink: SinkStats) => number,
): NumberMetric {
  return {
    type,
    name: `rack_gateway_audit_sink_${name}`,
    unit,
    help,
    labels: ['sink'],
    read: ({ app }) => app.audit.sinks().map((sink) => ({ labels: { sink: sink.name }, value: read(sink) })),
  }
}
