import { type Static, Type } from 'typebox'

/**
 * One audit record, version 1. Later versions only add fields.
 * The canonical form (RFC 8785) of exactly this object is what is hashed and kept.
 * Times are RFC 3339 with milliseconds, in UTC. Absent fields are left out, never null.
 */
export const eventKinds = [
  'call',
  'intent',
  'outcome',
  'opened',
  'closed',
  'refused',
  'outcome.unknown',
  'stream.opened',
  'stream.closed',
  'stream.abandoned',
  'stream.recovered',
  'stream.not-recovered',
  'login.succeeded',
  'login.failed',
  'cli-login.approved',
  'cli-login.denied',
  'cli-login.redeemed',
  'cli-login.refused',
  'user.created',
  'user.changed',
  'session.issued',
  'session.ended',
  'session.renewed',
  'session.superseded-token',
  'token.issued',
  'token.revoked',
  'token.rotated',
  'token.owner-changed',
  'user.locked',
  'user.unlocked',
  'service-account.disabled',
  'service-account.enabled',
  'service-account.created',
  'binding.created',
  'binding.removed',
  'trust.created',
  'trust.revoked',
  'workload.issued',
  'workload.ended',
  'configuration.loaded',
  'policy.loaded',
  'policy.rejected',
  'policy.studied',
  'package.recorded',
  'environment.changed',
  'audit.inconsistent',
  'alarm.acknowledged',
  'audit.read',
  'audit.archived',
  'audit.dropping',
  'audit.dropped',
  'signing-key.changed',
  'recording.gap',
  'recording.read',
  'recording.closed',
  'recording.ended',
  'recording.removed',
  'audit.exported',
] as const
export type EventKind = (typeof eventKinds)[number]

const Text = Type.String()
const Names = Type.Array(Text)

export const Actor = Type.Object({
  kind: Type.Union([Type.Literal('user'), Type.Literal('api-token'), Type.Literal('workload'), Type.Literal('system')]),
  id: Text,
  name: Text,
  /** Session or token id. */
  credential: Type.Optional(Text),
  /** What the session's device is called. */
  device: Type.Optional(Text),
  /** The rack that the credential is bound to. */
  boundTo: Type.Optional(Text),
  owner: Type.Optional(Type.Object({ kind: Text, id: Text, name: Text })),
  roles: Type.Optional(Names),
  groups: Type.Optional(Names),
  /** Ids of the bindings that were looked at. */
  bindings: Type.Optional(Names),
  /** Of a workload: what runs, in the words of its CI system. */
  job: Type.Optional(
    Type.Object({
      repository: Type.Optional(Text),
      workflow: Type.Optional(Text),
      run: Type.Optional(Text),
      attempt: Type.Optional(Text),
      job: Type.Optional(Text),
      commit: Type.Optional(Text),
      ref: Type.Optional(Text),
      actor: Type.Optional(Text),
    }),
  ),
  /** Of a workload: the trust that let it in, and the `sub` of its token. */
  trust: Type.Optional(Type.Object({ id: Text, name: Text, subject: Text })),
})
export type Actor = Static<typeof Actor>

export const Source = Type.Object({
  address: Text,
  client: Type.Optional(Text),
})

export const DecisionRecord = Type.Object({
  effect: Type.Union([Type.Literal('allow'), Type.Literal('deny'), Type.Literal('needs')]),
  rule: Text,
  /** Where the rule stands: a line of the policy document, a policy package, `bindings` or `gateway`. */
  source: Type.Optional(Text),
  reason: Type.Optional(Text),
  /** What the caller was told to do. */
  next: Type.Optional(Text),
  /** SHA-256 of the policy, hex. */
  policy: Type.Optional(Text),
})

/** A value that was too long for its field: how long it was and its SHA-256, so that it stays provable. */
export const Truncation = Type.Object({ field: Text, length: Type.Integer(), sha256: Text })
export type Truncation = Static<typeof Truncation>

/** What a caller of the writer gives. The writer adds `v`, `id`, `stream`, `seq` and `at`. */
export const EventDraft = Type.Object({
  kind: Type.Enum([...eventKinds]),
  /** Groups the events of one call: the `requestId` that the caller sees. */
  request: Type.Optional(Text),
  /** For `outcome`, `closed` and `outcome.unknown`: the id of the event that began it. */
  of: Type.Optional(Text),
  principal: Type.Optional(Actor),
  source: Type.Optional(Source),
  rack: Type.Optional(Text),
  app: Type.Optional(Text),
  /** The id of the route, or absent when none matched. */
  route: Type.Optional(Text),
  method: Type.Optional(Text),
  /** The request's path as received; never with query values. */
  path: Type.Optional(Text),
  permission: Type.Optional(Text),
  process: Type.Optional(Text),
  service: Type.Optional(Text),
  release: Type.Optional(Text),
  command: Type.Optional(Names),
  /** Names by place, and the values that the policy wants recorded. */
  parameters: Type.Optional(
    Type.Object({ query: Names, form: Names, headers: Names, values: Type.Optional(Type.Record(Text, Text)) }),
  ),
  /** Fields in which something secret was replaced: `command`, `parameters.values.NAME`. */
  hidden: Type.Optional(Names),
  /** Names of the environment's keys that a new release changes. */
  environment: Type.Optional(Names),
  /** HMAC-SHA-256, hex, under a key of the gateway, of a buffered body as received and, where it differs, as sent. */
  body: Type.Optional(Type.Object({ received: Text, sent: Type.Optional(Text) })),
  decision: Type.Optional(DecisionRecord),
  status: Type.Optional(Type.Integer()),
  /** Body bytes (for websockets: payload and framing), from the caller and to the caller. */
  bytesIn: Type.Optional(Type.Integer()),
  bytesOut: Type.Optional(Type.Integer()),
  durationMs: Type.Optional(Type.Integer()),
  /** Why a stream or transfer ended. */
  close: Type.Optional(Text),
  /** The rack's Request-Id. */
  upstream: Type.Optional(Text),
  /** How often, for events that stand for many refusals. */
  count: Type.Optional(Type.Integer()),
  /** Of a session that is recorded: from `closed` on, what its stored chunks have to come to. */
  recording: Type.Optional(
    Type.Object({
      id: Text,
      mode: Type.Optional(Text),
      /** Stored chunks, their bytes, and the head of their chain: SHA-256, hex. */
      chunks: Type.Optional(Type.Integer()),
      bytes: Type.Optional(Type.Integer()),
      head: Type.Optional(Text),
      /** Bytes of the session that are missing. */
      lost: Type.Optional(Type.Integer()),
    }),
  ),
  /** Anything else a kind needs, flat: strings, numbers, booleans. */
  detail: Type.Optional(Type.Record(Text, Type.Union([Text, Type.Number(), Type.Boolean()]))),
  truncated: Type.Optional(Type.Array(Truncation)),
})
export type EventDraft = Static<typeof EventDraft>

export const AuditEvent = Type.Intersect([
  Type.Object({
    v: Type.Literal(1),
    /** UUIDv7. */
    id: Text,
    /** The stream: one start of one gateway process. */
    stream: Text,
    /** From 1, no gaps. */
    seq: Type.Integer({ minimum: 1 }),
    at: Text,
  }),
  EventDraft,
])
export type AuditEvent = Static<typeof AuditEvent>
