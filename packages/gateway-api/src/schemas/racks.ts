import { type Static, Type } from 'typebox'
import { ExtensibleEnum, Nullable, Time } from './common.ts'

export const RackStatus = Type.Object({
  name: Type.String(),
  state: ExtensibleEnum(['reachable', 'unreachable', 'unreadable'], 'unreadable: it answered, but not with its status'),
  status: Nullable(Type.String({ description: 'what the rack says of itself, such as running or updating' })),
  version: Nullable(Type.String({ description: 'of Convox, as the rack last said' })),
  why: Nullable(Type.String({ description: 'a sentence; null if the rack is reachable' })),
  latencyMs: Type.Integer({ minimum: 0 }),
  certificate: Nullable(
    Type.Object({ notAfter: Time }, { description: 'of the newest verified connection; null without TLS' }),
  ),
  checkedAt: Time,
})
export type RackStatus = Static<typeof RackStatus>

export const RackStatuses = Type.Object({ racks: Type.Array(RackStatus) })
