import { auditMetrics } from './audit-metrics.ts'
import { counter, gauge, type Metric } from './metric.ts'
import { processMetrics } from './process-metrics.ts'
import { rackMetrics } from './rack-metrics.ts'

const identityMetrics: readonly Metric[] = [
  gauge(
    'rack_gateway_identities_age_seconds',
    'seconds',
    'Seconds since identities were last known to be current',
    ({ app }) => app.identities.age() / 1_000,
  ),
  gauge(
    'rack_gateway_identities_stale',
    '0 or 1',
    '1 when a change of identities may have been missed for more than a second',
    ({ app }) => Number(app.identities.stale()),
  ),
  gauge('rack_gateway_identities_cached', 'count', 'Tokens whose principal is cached', ({ app }) => {
    return app.identities.cached()
  }),
  counter('rack_gateway_refusals_total', 'count', 'Denied calls without a known principal', ({ app }) => {
    return app.audit.stats().refusals
  }),
  counter(
    'rack_gateway_last_use_write_failures_total',
    'count',
    'Failures to write when tokens were last used',
    ({ app }) => app.lastUses.failures(),
  ),
]

const policyMetrics: readonly Metric[] = [
  {
    type: 'gauge',
    name: 'rack_gateway_observing',
    unit: '0 or 1',
    help: '1 while the rack is in observe mode, so that this process does not enforce the policy on it',
    labels: ['rack'],
    read: ({ app }) =>
      app.racks.names.map((rack) => ({ labels: { rack }, value: Number(app.observeMode.of(rack) !== null) })),
  },
  gauge(
    'rack_gateway_policy_modes_differ',
    '0 or 1',
    '1 while the processes of the gateway differ in the racks that they observe',
    ({ app }) => Number(app.policyModes.differ()),
  ),
]

const recordingMetrics: readonly Metric[] = [
  gauge('rack_gateway_recordings_open', 'count', 'Recordings that run or are not stored yet', ({ app }) => {
    return app.recordings?.stats().open ?? null
  }),
  gauge(
    'rack_gateway_recordings_waiting_bytes',
    'bytes',
    'Bytes of recordings that are not stored yet',
    ({ app }) => app.recordings?.stats().waitingBytes ?? null,
  ),
  gauge(
    'rack_gateway_recordings_failing',
    'count',
    'Recordings whose last attempt to store a chunk failed',
    ({ app }) => app.recordings?.stats().failing ?? null,
  ),
  counter(
    'rack_gateway_recordings_chunks_total',
    'count',
    'Chunks of recordings that were stored',
    ({ app }) => app.recordings?.stats().stored ?? null,
  ),
  counter(
    'rack_gateway_recordings_failures_total',
    'count',
    'Failed attempts to store a chunk',
    ({ app }) => app.recordings?.stats().failures ?? null,
  ),
  counter(
    'rack_gateway_recordings_lost_bytes_total',
    'bytes',
    'Bytes of sessions that were lost because storing them failed',
    ({ app }) => app.recordings?.stats().lostBytes ?? null,
  ),
]

/**
 * All metrics of the gateway by subject. `/metrics` and docs/reference/metrics.md derive from this table.
 * No label comes from a caller: its values are names of the configuration, or are in a list of the code.
 */
export const metricTable = {
  racks: rackMetrics,
  policy: policyMetrics,
  identities: identityMetrics,
  audit: auditMetrics,
  recordings: recordingMetrics,
  process: processMetrics,
} as const satisfies Readonly<Record<string, readonly Metric[]>>
