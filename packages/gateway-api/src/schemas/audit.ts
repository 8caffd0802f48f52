import { filterProperties } from '@rack-gateway/audit/schemas'
import { type Static, Type } from 'typebox'
import { closed, Id, Line, Nullable, open, PageQuery, Time } from './common.ts'

export const AuditPageQuery = Type.Object(
  {
    ...filterProperties,
    ...PageQuery.properties,
    cursor: Type.Optional(Type.String({ maxLength: 400, description: '`next` of the previous page' })),
  },
  closed,
)
export const AuditStreamQuery = Type.Object(filterProperties, closed)
export const AuditExportQuery = Type.Object(
  {
    ...filterProperties,
    format: Type.Optional(
      Type.Enum(['ndjson', 'csv', 'ocsf'], { default: 'ndjson', description: 'the format of the events' }),
    ),
  },
  closed,
)

const Text = Type.Optional(Type.String())

/** The members that a client can rely on. docs/reference/events.md describes the others. */
const Event = Type.Object(
  {
    at: Type.String(),
    kind: Type.String(),
    principal: Type.Optional(Type.Object({ name: Type.String() }, open)),
    rack: Text,
    app: Text,
    route: Text,
    command: Type.Optional(Type.Array(Type.String())),
    decision: Type.Optional(Type.Object({ effect: Type.String(), reason: Text }, open)),
    status: Type.Optional(Type.Integer()),
    detail: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  },
  { ...open, description: 'see docs/reference/events.md' },
)

export const LoggedEvent = Type.Object({
  id: Id,
  link: Type.String({ description: 'the address of this event' }),
  writtenAt: Type.String({ ...Time, description: 'when the database stored the event' }),
  event: Event,
})
export type LoggedEvent = Static<typeof LoggedEvent>

const Hash = Type.String({ description: 'SHA-256, hex' })
export const LoggedEventWithHashes = Type.Object({
  ...LoggedEvent.properties,
  hash: Hash,
  prev: Hash,
  canonical: Type.String({ description: 'the bytes that were hashed' }),
})

export const AlarmQuery = Type.Object({ limit: PageQuery.properties.limit }, closed)
export const AcknowledgeRequest = Type.Object(
  { reason: Line(500, 'the cause of the alarm and what was done, on one line') },
  closed,
)
export const Alarm = Type.Object({
  ...LoggedEvent.properties,
  acknowledged: Nullable(
    Type.Object(
      { id: Id, at: Time, by: Type.String(), reason: Type.String() },
      { description: 'the first acknowledgment; null without one' },
    ),
  ),
})
export type Alarm = Static<typeof Alarm>
export const AlarmList = Type.Object({ items: Type.Array(Alarm) })

export const AuditKeys = Type.Object({
  keys: Type.Array(
    Type.Object({
      key: Type.String({ description: '<name>+<id>+<base64>, see https://c2sp.org/signed-note' }),
      from: Type.Integer({ description: 'the first checkpoint that the key signed' }),
      at: Time,
      replaces: Nullable(Type.String({ description: 'the previous key' })),
      vouched: Type.Boolean({ description: 'whether the previous key signed the change; false for the first key' }),
    }),
  ),
})
