import { type Static, Type } from 'typebox'
import { CheckpointStatus } from './audit.ts'
import { ExtensibleEnum, Nullable, Time } from './common.ts'
import { RackStatuses } from './racks.ts'

const Count = Type.Integer({ minimum: 0 })
const Why = Nullable(Type.String({ description: 'the problem, in sentences; null if there is none' }))

const Setting = Type.Object({
  variable: Type.String(),
  value: Nullable(Type.String({ description: '[secret] for a secret; null if it is not set and has no default' })),
  source: ExtensibleEnum(['environment', 'file', 'default', 'unset']),
})

const DatabaseHealth = Type.Object({
  reachable: Type.Boolean(),
  version: Nullable(Type.String({ description: 'the version of PostgreSQL' })),
  login: Nullable(Type.String({ description: 'the name of the runtime login' })),
  latencyMs: Nullable(Count),
  tampering: Nullable(
    ExtensibleEnum(
      ['prevented', 'detected'],
      'prevented: the login can only add events; detected: it can change events, which the hash chain reveals',
    ),
  ),
})

const ProviderHealth = Type.Object({ issuer: Type.String(), reachable: Type.Boolean(), why: Why })

const SinkHealth = Type.Object({
  name: Type.String(),
  kind: Type.String(),
  state: ExtensibleEnum(['delivering', 'degraded']),
  lagEvents: Count,
  lagSeconds: Type.Number({ minimum: 0 }),
  delivered: Count,
  failures: Type.Integer({ minimum: 0, description: 'failed deliveries, which are tried again' }),
  dead: Type.Integer({ minimum: 0, description: 'events that the receiver rejected' }),
})

const StoreHealth = Type.Object({
  recordings: Nullable(
    Type.Object(
      {
        open: Count,
        waitingBytes: Count,
        failing: Type.Integer({ minimum: 0, description: 'recordings whose last part could not be stored yet' }),
        lostBytes: Count,
      },
      { description: 'null if sessions are not recorded' },
    ),
  ),
  archives: Type.Object({
    oldestMonth: Nullable(Type.String({ description: 'the oldest month in the database' })),
    archivedMonth: Nullable(Type.String({ description: 'the newest archived month' })),
  }),
  checkpoints: CheckpointStatus.properties.copies,
})

const HealthCheck = Type.Object({
  name: Type.String(),
  ready: Type.Boolean({ description: 'false makes the gateway unready' }),
  detail: Type.String(),
  remedy: Nullable(Type.String({ description: 'what to do, in sentences; null if nothing is to be done' })),
})

export const Health = Type.Object({
  checkedAt: Time,
  checks: Type.Array(HealthCheck, { description: 'the checks of GET /gateway/health/ready, each with its remedy' }),
  ...RackStatuses.properties,
  database: DatabaseHealth,
  identityProvider: Nullable(ProviderHealth),
  sinks: Type.Array(SinkHealth, { description: 'the sinks of the process that answers' }),
  stores: StoreHealth,
  configuration: Type.Array(Setting),
})
export type Health = Static<typeof Health>
