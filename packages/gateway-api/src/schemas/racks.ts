import { type Static, Type } from 'typebox'
import { ClosedObject, ExtensibleEnum, Nullable, Observing, Time } from './common.ts'

export const RackStatus = Type.Object({
  name: Type.String(),
  state: ExtensibleEnum(
    ['reachable', 'unreachable', 'unreadable'],
    'unreadable: the rack answered, but not with its status',
  ),
  status: Nullable(Type.String({ description: 'the status that the rack reports, such as running or updating' })),
  version: Nullable(Type.String({ description: 'the version of Convox, from the last valid response' })),
  why: Nullable(Type.String({ description: 'why the rack is not reachable, in sentences; null if it is reachable' })),
  latencyMs: Type.Integer({ minimum: 0 }),
  certificate: Nullable(
    Type.Object({ notAfter: Time }, { description: 'of the newest verified connection; null without TLS' }),
  ),
  checkedAt: Time,
  observing: Observing,
})
export type RackStatus = Static<typeof RackStatus>

/** Milliseconds. Also the time after which the gateway stops waiting for a rack. */
const longestWait = 5_000
export const RackStatusQuery = ClosedObject({
  wait: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: longestWait,
      description:
        'milliseconds to wait for racks that have not answered yet; without it, until each has answered or failed',
    }),
  ),
})

export const RackStatuses = Type.Object({
  racks: Type.Array(RackStatus, { description: 'the racks that have answered, and those that failed' }),
  waitingFor: Type.Array(Type.String(), {
    description: 'the names of the racks that have not answered yet; empty without `wait`',
  }),
})
export type RackStatuses = Static<typeof RackStatuses>

const Count = Type.Object({
  count: Type.Integer({ minimum: 0 }),
  of: ExtensibleEnum(['everyone', 'caller'], 'whose calls are counted'),
})

export const RackActivity = Type.Object({
  since: Time,
  racks: Type.Array(
    Type.Object({
      name: Type.String(),
      requests: Count,
      denied: Count,
      live: Type.Object({ ...Count.properties }, { description: 'calls that are open now, such as shells and logs' }),
    }),
  ),
  complete: Type.Boolean({ description: 'false if only the newest 100,000 requests were counted' }),
})
export type RackActivity = Static<typeof RackActivity>
