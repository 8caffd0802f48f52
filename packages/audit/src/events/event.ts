import { type Static, Type } from 'typebox'
import { limits } from './field-limits.ts'

/** How a column of `audit.events` stores a field. `words` is a list of words, stored as text with spaces. */
export type ColumnType = 'text' | 'uuid' | 'smallint' | 'bigint' | 'timestamptz' | 'words'

/** Options of a field for the encoder, the columns, and docs/reference/events.md. */
export interface FieldOptions {
  readonly description: string
  /** The column of `audit.events` that repeats the value for searches. */
  readonly column?: string
  /** Default: `text`, or `words` for a list. */
  readonly columnType?: ColumnType
  /** The longest text, in bytes. Default: 1,024. */
  readonly limit?: number
}

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
  'second-factor.added',
  'second-factor.renamed',
  'second-factor.removed',
  'second-factor.reset',
  'second-factor.failed',
  'backup-codes.created',
  'service-account.disabled',
  'service-account.enabled',
  'service-account.created',
  'binding.created',
  'binding.removed',
  'invitation.created',
  'invitation.revoked',
  'invitation.redeemed',
  'invitation.denied',
  'access-request.created',
  'access-request.reviewed',
  'access-request.approved',
  'access-request.denied',
  'access-request.canceled',
  'access-request.lapsed',
  'access-request.started',
  'access-request.ended',
  'access-request.revoked',
  'access-request.read',
  'access-request.continued',
  'trust.created',
  'trust.revoked',
  'workload.issued',
  'workload.ended',
  'step-up.proved',
  'step-up.redeemed',
  'configuration.loaded',
  'rack.rejects-gateway',
  'rack.accepts-gateway',
  'policy.loaded',
  'policy.rejected',
  'policy.studied',
  'policy.observe-ended',
  'policy.modes-differ',
  'package.recorded',
  'environment.changed',
  'audit.inconsistent',
  'alarm.acknowledged',
  'log.restored',
  'access-review.read',
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
  'live-call.ended',
  'audit.exported',
] as const
export type EventKind = (typeof eventKinds)[number]

const text = (description: string, options: Omit<FieldOptions, 'description'> = {}) =>
  Type.String({ description, ...options })
const optionalText = (...field: Parameters<typeof text>) => Type.Optional(text(...field))
const names = (description: string, options: Omit<FieldOptions, 'description'> = {}) =>
  Type.Array(Type.String(), { description, ...options })
const optionalNames = (...field: Parameters<typeof names>) => Type.Optional(names(...field))
const optionalInteger = (description: string, options: Omit<FieldOptions, 'description'> = {}) =>
  Type.Optional(Type.Integer({ description, ...options }))

export const Actor = Type.Object(
  {
    kind: Type.Enum(['user', 'api-token', 'workload', 'system'], { description: 'The kind of principal.' }),
    id: text('The ID of the user, API token, or job.', { column: 'principal' }),
    name: text('An email address, `token:NAME (OWNER)`, or the repository and run of a CI job.', {
      column: 'principal_name',
    }),
    credential: optionalText('The ID of the session or API token.'),
    device: optionalText("The name of the session's device."),
    boundTo: optionalText('The only rack that the credential is valid for.'),
    owner: Type.Optional(
      Type.Object(
        {
          kind: text('`user` or `service-account`.'),
          id: text("The owner's ID."),
          name: text("The owner's name."),
        },
        { description: 'The owner of an API token.' },
      ),
    ),
    roles: optionalNames('The roles that applied to the call.'),
    groups: optionalNames("The user's groups."),
    bindings: optionalNames('The IDs of the bindings that applied to the call.'),
    job: Type.Optional(
      Type.Object(
        {
          repository: optionalText('The repository.'),
          workflow: optionalText('The workflow or pipeline definition.'),
          run: optionalText('The run.'),
          attempt: optionalText('The attempt of the run.'),
          job: optionalText('The job of the run.'),
          commit: optionalText('The commit.'),
          ref: optionalText('The branch or tag.'),
          actor: optionalText('The account that started the run.'),
        },
        { description: 'The CI job, in the terms of its CI system.' },
      ),
    ),
    trust: Type.Optional(
      Type.Object(
        {
          id: text("The trust's ID."),
          name: text("The trust's name."),
          subject: text("The `sub` claim of the job's token."),
        },
        { description: 'The trust that authenticated a CI job.' },
      ),
    ),
  },
  { description: 'The authenticated principal, or the gateway itself (`system`).' },
)
export type Actor = Static<typeof Actor>

const Truncation = Type.Object({
  field: text('The path of the field.'),
  length: Type.Integer({ description: 'The length before the cut: bytes of a text, entries of a list.' }),
  sha256: text('The SHA-256 of the whole value, in hex.'),
})
export type Truncation = Static<typeof Truncation>

/**
 * All fields of an event except its position, which the writer adds.
 *
 * The encoder, the columns of `audit.events`, and docs/reference/events.md derive from this list. The columns and the
 * reference have the order of this list; the canonical form sorts the fields.
 */
export const EventDraft = Type.Object({
  kind: Type.Enum([...eventKinds], { description: 'The kind of event.', column: 'kind' }),
  request: optionalText('The `requestId` that the caller sees. All events of a call share it.', { column: 'request' }),
  of: optionalText('The ID of an earlier event that this one belongs to, such as the `intent` of an `outcome`.', {
    column: 'of_event',
    columnType: 'uuid',
  }),
  principal: Type.Optional(Actor),
  source: Type.Optional(
    Type.Object(
      {
        address: text('The IP address, or the address block of counted denials.', { column: 'address' }),
        client: optionalText('The User-Agent.'),
      },
      { description: 'Where the request came from.' },
    ),
  ),
  mode: optionalText(
    '`console` for a call in the console mode of the stock CLI, `web-console` for a rack call, a denied call, or a read of the web console, `management-api` for another rack call through the management API. Absent for other calls.',
  ),
  rack: optionalText('The rack.', { column: 'rack' }),
  app: optionalText('The app.', { column: 'app' }),
  route: optionalText('The ID of the route. Absent if no route matched.', { column: 'route' }),
  method: optionalText('The HTTP method.'),
  path: optionalText(
    'The path as received, without the query. For a call that was not sent, `(unknown)` stands for what only the rack knows.',
    { limit: limits.path },
  ),
  permission: optionalText('The permission that the call needs.', { column: 'permission' }),
  decision: Type.Optional(
    Type.Object(
      {
        effect: Type.Enum(['allow', 'deny', 'require'], {
          description: '`require` requires a step-up or an approval.',
          column: 'effect',
        }),
        rule: text('The rule that decided.', { column: 'rule' }),
        source: optionalText(
          'Where the rule is: a line of the policy document, a policy package, `bindings`, or `gateway`.',
        ),
        reason: optionalText('The reason for the decision.', { limit: limits.reason }),
        next: optionalText('The remedy that the caller sees.', { limit: limits.reason }),
        policy: optionalText('The SHA-256 of the policy, in hex.'),
        grant: optionalText(
          'The ID of the access request whose grant allowed the call. Absent if bindings are enough.',
          { column: 'granted', columnType: 'uuid' },
        ),
        wouldBe: Type.Optional(
          Type.Object(
            {
              effect: Type.Enum(['deny', 'require'], { description: '`require` requires a step-up.' }),
              rule: text('The rule that decided.'),
              source: optionalText('Where the rule is.'),
              reason: optionalText('The reason for the decision.', { limit: limits.reason }),
              next: optionalText('The remedy that the caller would see.', { limit: limits.reason }),
            },
            { description: 'The decision of the policy, for a call that only observe mode allowed.' },
          ),
        ),
      },
      { description: 'The decision.' },
    ),
  ),
  proof: Type.Optional(
    Type.Object(
      {
        id: text('The ID of the step-up.'),
        method: text('`passkey`, `totp`, or `backup-code`.'),
        at: text('When the factor was proved.'),
      },
      { description: 'The proof of a second factor that the call used.' },
    ),
  ),
  sent: Type.Optional(
    Type.Boolean({
      description:
        '`false` for a call that the command `rack-gateway` stopped before it was sent, because the policy denies it. Absent for other calls.',
    }),
  ),
  status: optionalInteger('The HTTP status.', { column: 'status', columnType: 'smallint' }),
  process: optionalText('The process.', { column: 'process' }),
  service: optionalText('The service.'),
  release: optionalText('The release.'),
  command: optionalNames('The words of the command, as the rack splits it.', { column: 'command' }),
  parameters: Type.Optional(
    Type.Object(
      {
        query: names('Names of query parameters.'),
        form: names('Names of form fields.'),
        headers: names('Names of headers.'),
        values: Type.Optional(
          Type.Record(Type.String(), Type.String(), { description: 'Values that the policy records, by name.' }),
        ),
      },
      { description: 'The parameters of the call.' },
    ),
  ),
  hidden: optionalNames('Paths of fields in which a secret was redacted, such as `parameters.values.NAME`.'),
  environment: optionalNames('The environment variables that a new release changes, or whose value a read reveals.'),
  body: Type.Optional(
    Type.Object(
      {
        received: text('HMAC-SHA-256 of the body as received, in hex.'),
        sent: optionalText('HMAC-SHA-256 of the body as sent to the rack, if the gateway changed it.'),
      },
      {
        description: '[MACs](../explanation/secrets.md#in-the-audit-log) of a form, under a key of the gateway.',
      },
    ),
  ),
  bytesIn: optionalInteger('Bytes from the caller: of the body, or of WebSocket frames.'),
  bytesOut: optionalInteger('Bytes to the caller.'),
  durationMs: optionalInteger('The duration in milliseconds. For counted denials: from the first to the last.'),
  close: optionalText('Why a WebSocket or a transfer ended, or why a call failed.', { limit: limits.reason }),
  upstream: optionalText("The rack's own `Request-Id`."),
  count: optionalInteger('How many denials the event counts.'),
  recording: Type.Optional(
    Type.Object(
      {
        id: text('The ID of the recording.'),
        mode: optionalText('`strict` or `best-effort`.'),
        chunks: optionalInteger('The number of stored chunks.'),
        bytes: optionalInteger('The size of the stored chunks, in bytes.'),
        head: optionalText('The head of the hash chain of the chunks, in hex.'),
        lost: optionalInteger('Bytes of the session that are missing.'),
      },
      { description: 'The recording of the session.' },
    ),
  ),
  detail: Type.Optional(
    Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]), {
      description: 'Other facts of the kind of event: texts, numbers, and booleans.',
    }),
  ),
  truncated: Type.Optional(Type.Array(Truncation, { description: 'Fields that were cut because they were too long.' })),
})
export type EventDraft = Static<typeof EventDraft>

/** Where an event is in the log. The writer adds this to a draft. */
export const EventPosition = Type.Object({
  v: Type.Literal(1, { description: 'The version of the format: 1.' }),
  stream: text('The stream: a numbered sequence of events that one gateway process writes within one month.', {
    column: 'stream',
    columnType: 'uuid',
  }),
  seq: Type.Integer({
    minimum: 1,
    description: 'The number in the stream: from 1, without gaps.',
    column: 'seq',
    columnType: 'bigint',
  }),
  at: text('The time: RFC 3339, UTC, with milliseconds.', { column: 'at', columnType: 'timestamptz' }),
  id: text("The event's UUIDv7.", { column: 'id', columnType: 'uuid' }),
})

/**
 * One audit event, version 1. Later versions only add fields.
 * The canonical form (RFC 8785) of this object is hashed and stored. Absent fields are left out, never null.
 */
export const AuditEvent = Type.Intersect([EventPosition, EventDraft])
export type AuditEvent = Static<typeof AuditEvent>
