import { filterProperties } from '@rack-gateway/audit/events'
import { type Static, Type } from 'typebox'
import { ClosedObject, EventPageQuery, ExtensibleEnum, Id, Line, Nullable, open, PageQuery, Time } from './common.ts'

export const AuditPageQuery = ClosedObject({ ...filterProperties, ...EventPageQuery.properties })
export const AuditLiveQuery = ClosedObject(filterProperties)
export const AuditExportQuery = ClosedObject({
  ...filterProperties,
  format: Type.Optional(
    Type.Enum(['ndjson', 'csv', 'ocsf'], { default: 'ndjson', description: 'the format of the events' }),
  ),
})
export const AuditHistogramQuery = ClosedObject({
  ...filterProperties,
  buckets: Type.Optional(
    Type.Integer({ minimum: 2, maximum: 120, default: 60, description: 'the largest number of buckets' }),
  ),
})

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
    sent: Type.Optional(Type.Boolean()),
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
  neighbors: Type.Object(
    {
      previousInStream: Nullable(Id),
      nextInStream: Nullable(Id),
      previousInSession: Nullable(Id),
      nextInSession: Nullable(Id),
    },
    {
      description:
        'the previous and the next event: in the same stream, and of the same session or API token. Events of the session or token are searched among the 1,000 nearest events of the principal',
    },
  ),
})

const Count = Type.Integer({ minimum: 0 })
export const AuditHistogram = Type.Object({
  from: Time,
  to: Time,
  width: Type.Integer({ description: 'the length of a bucket in seconds' }),
  buckets: Type.Array(
    Type.Object({
      at: Type.String({
        ...Time,
        description:
          'the start of the bucket, a multiple of the width since 1970 in UTC; the first can start before `from`',
      }),
      denied: Type.Integer({ minimum: 0, description: 'the decision is deny' }),
      required: Type.Integer({ minimum: 0, description: 'the decision is require' }),
      failed: Type.Integer({ minimum: 0, description: 'other events with a status of 400 or more' }),
      allowed: Type.Integer({ minimum: 0, description: 'other events whose decision is allow' }),
      none: Type.Integer({ minimum: 0, description: 'events without a decision' }),
    }),
    { description: 'oldest first, without gaps' },
  ),
  total: Count,
  complete: Type.Boolean({
    description: 'false if counting stopped early: there are at least `total` events',
  }),
  countedFrom: Type.String({
    ...Time,
    description: 'all events from this time on are counted; earlier events only in part, or not at all',
  }),
})

const StreamHead = Type.Object({
  stream: Id,
  size: Type.Integer({ description: 'how many events of the stream are signed' }),
  root: Type.String({ description: 'the root of the RFC 6962 tree, SHA-256, hex' }),
  state: ExtensibleEnum(
    ['open', 'closed', 'abandoned', 'broken'],
    'open: more events may follow; closed: the stream has ended; abandoned: its process ended without closing the stream; broken: events that were already signed have changed',
  ),
})

export const CheckpointStatus = Type.Object({
  checkpoint: Nullable(
    Type.Object(
      {
        number: Type.Integer(),
        at: Time,
        hash: Hash,
        key: Type.String({ description: 'the public key, see GET /audit/keys' }),
        events: Type.Integer({ description: 'how many events of these streams are signed' }),
        streams: Type.Integer(),
        heads: Type.Array(StreamHead, { description: 'the streams of the checkpoint, newest first, at most 100' }),
      },
      { description: 'the newest checkpoint; null before the first one' },
    ),
  ),
  late: Type.Boolean({ description: 'whether the next checkpoint is overdue' }),
  waiting: Type.Integer({ description: 'how many events no checkpoint has signed yet' }),
  alarms: Type.Integer({ description: 'how many inconsistencies of the log were found and are not acknowledged' }),
  openAlarms: Nullable(
    Type.Integer({
      description: 'how many alarms of all kinds are not acknowledged; null if counting them took too long',
    }),
  ),
  copies: Type.Array(
    Type.Object({
      place: Type.String({ description: 'where checkpoints are copied to' }),
      number: Type.Integer({ description: 'the newest copied checkpoint; 0 for none' }),
      state: ExtensibleEnum(
        ['current', 'behind', 'failing', 'different'],
        'behind: newer checkpoints are not copied yet; failing: the last copy failed; different: the copy has another content',
      ),
    }),
    { description: 'as this gateway process knows; empty if no copies are made' },
  ),
})
export type CheckpointStatus = Static<typeof CheckpointStatus>

export const AlarmQuery = ClosedObject({ limit: PageQuery.properties.limit })
export const AcknowledgeRequest = ClosedObject({
  reason: Line(500, 'the cause of the alarm and what was done, on one line'),
})
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
