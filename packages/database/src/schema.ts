import {
  bigint,
  boolean,
  customType,
  date,
  integer,
  pgSchema,
  primaryKey,
  smallint,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core'

/** Identities, credentials, bindings, runs. The runtime login may read and write it. */
export const gateway = pgSchema('gateway')
/** Events and streams. The runtime login may only SELECT and INSERT events. */
export const audit = pgSchema('audit')

const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' })
/** The connection's own conversion does it: drizzle's would do it a second time. */
const json = customType<{ data: unknown; driverData: unknown }>({ dataType: () => 'jsonb' })
const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })

/** A person. Keyed by issuer and subject, never by e-mail alone. Who never logged in has issuer `local`, with the e-mail as subject. */
export const users = gateway.table('users', {
  id: uuid('id').primaryKey(),
  issuer: text('issuer').notNull(),
  subject: text('subject').notNull(),
  email: text('email').notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
  lockedAt: instant('locked_at'),
  /** As the identity provider named them at the last login. */
  groups: text('groups').array().notNull().default([]),
  lockedReason: text('locked_reason'),
})

/** Owns API tokens; has no login. */
export const serviceAccounts = gateway.table('service_accounts', {
  id: uuid('id').primaryKey(),
  name: text('name').notNull().unique(),
  createdAt: instant('created_at').notNull().defaultNow(),
  disabledAt: instant('disabled_at'),
})

/** A user's login on one device. */
export const sessions = gateway.table('sessions', {
  id: uuid('id').primaryKey(),
  userId: uuid('user_id')
    .notNull()
    .references(() => users.id),
  device: text('device').notNull(),
  /** The only rack it may be used for, or null for all. */
  rack: text('rack'),
  createdAt: instant('created_at').notNull().defaultNow(),
  expiresAt: instant('expires_at').notNull(),
  endedAt: instant('ended_at'),
  endedReason: text('ended_reason'),
  /** When the person last logged in for it; renewals go on for a limited time after that. */
  authenticatedAt: instant('authenticated_at').notNull().defaultNow(),
})

/** Login attempts that came back from the identity provider, so that none comes back twice. */
export const usedLogins = gateway.table('used_logins', {
  /** SHA-256 of the attempt's state. */
  state: bytea('state').primaryKey(),
  expiresAt: instant('expires_at').notNull(),
})

/** Loopback logins of the CLI that were approved or denied. Undecided ones are not stored. */
export const loopbackLogins = gateway.table('loopback_logins', {
  id: uuid('id').primaryKey(),
  userId: uuid('user_id')
    .notNull()
    .references(() => users.id),
  device: text('device').notNull(),
  rack: text('rack'),
  /** Of PKCE: SHA-256 of the verifier. */
  challenge: bytea('challenge').notNull(),
  /** When the person had logged in who decided. */
  authenticatedAt: instant('authenticated_at').notNull(),
  /** SHA-256; null when it was denied. */
  code: bytea('code'),
  codeUntil: instant('code_until').notNull(),
  spentAt: instant('spent_at'),
  expiresAt: instant('expires_at').notNull(),
  /** The browser session that decided. It can be deleted before this row. */
  sessionId: uuid('session_id'),
})

export const deviceDecisions = ['approved', 'denied'] as const
export type DeviceDecision = (typeof deviceDecisions)[number]

/** Logins of the CLI by a code that a person types. Stored from their beginning. */
export const deviceLogins = gateway.table('device_logins', {
  id: uuid('id').primaryKey(),
  /** HMAC of the typed code. */
  userCode: bytea('user_code').notNull(),
  /** SHA-256 of the secret that the CLI polls with. */
  secret: bytea('secret').notNull(),
  device: text('device').notNull(),
  system: text('system').notNull(),
  rack: text('rack'),
  address: text('address').notNull(),
  /** That the address is in: only so many are open for each. */
  block: text('block').notNull(),
  begunAt: instant('begun_at').notNull(),
  expiresAt: instant('expires_at').notNull(),
  polledAt: instant('polled_at'),
  decision: text('decision').$type<DeviceDecision>(),
  userId: uuid('user_id').references(() => users.id),
  /** When the person had logged in who approved it. */
  authenticatedAt: instant('authenticated_at'),
  redeemedAt: instant('redeemed_at'),
  /** The browser session that decided. It can be deleted before this row. */
  sessionId: uuid('session_id'),
})

/** What a person's identity provider gave for asking again whether it still vouches for them. Apart from `users`, so that asking does not raise the revision. */
export const providerGrants = gateway.table('provider_grants', {
  userId: uuid('user_id')
    .primaryKey()
    .references(() => users.id),
  /** Increased whenever the refresh token is replaced. */
  version: integer('version').notNull(),
  /** The newest refresh token, sealed for this user; null: the provider was asked for one and gave none. */
  sealed: bytea('sealed'),
  /** When the provider last vouched for the user. */
  checkedAt: instant('checked_at').notNull(),
  /** Until then one replica is asking: a refresh token that is used twice would end what it stands for. */
  claimedUntil: instant('claimed_until'),
})

/** Who became an administrator by an entry of ADMIN_USERS. An entry counts once for each issuer. */
export const firstAdministrators = gateway.table(
  'first_administrators',
  {
    issuer: text('issuer').notNull(),
    email: text('email').notNull(),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
  },
  (table) => [primaryKey({ columns: [table.issuer, table.email] })],
)

/** A scoped, expiring credential for automation, owned by a user or a service account (exactly one of the two). */
export const apiTokens = gateway.table('api_tokens', {
  id: uuid('id').primaryKey(),
  name: text('name').notNull(),
  userId: uuid('user_id').references(() => users.id),
  serviceAccountId: uuid('service_account_id').references(() => serviceAccounts.id),
  rack: text('rack'),
  createdAt: instant('created_at').notNull().defaultNow(),
  expiresAt: instant('expires_at').notNull(),
  revokedAt: instant('revoked_at'),
  /** The first characters of the newest token: by these it is recognised, not used. */
  prefix: text('prefix'),
  /** CIDRs that it may be used from, separated by spaces; empty: from anywhere. */
  sources: text('sources').notNull().default(''),
})

/** Whose jobs of a CI system are let in. What they may do is in its bindings. */
export const trusts = gateway.table('trusts', {
  id: uuid('id').primaryKey(),
  name: text('name').notNull(),
  issuer: text('issuer').notNull(),
  audience: text('audience').notNull(),
  /** As in auth's `Condition`; never empty. */
  conditions: json('conditions').notNull(),
  /** Seconds that a session of it may last. */
  maxAge: integer('max_age').notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
  createdBy: text('created_by').notNull(),
  revokedAt: instant('revoked_at'),
  revokedBy: text('revoked_by'),
})

/** One run of a job, let in by a trust. */
export const workloadSessions = gateway.table('workload_sessions', {
  id: uuid('id').primaryKey(),
  trustId: uuid('trust_id')
    .notNull()
    .references(() => trusts.id),
  name: text('name').notNull(),
  subject: text('subject').notNull(),
  /** What the job says of itself, for events. */
  job: json('job').notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
  expiresAt: instant('expires_at').notNull(),
  endedAt: instant('ended_at'),
  endedReason: text('ended_reason'),
})

/** JWTs that were used: SHA-256 of issuer and `jti`, kept until they expire. */
export const usedJwts = gateway.table('used_jwts', {
  key: bytea('key').primaryKey(),
  expiresAt: instant('expires_at').notNull(),
})

/** What proves a session, an API token or a job's session. Several may be valid at once (rotation with an overlap). Only the SHA-256 of the token is kept. */
export const credentials = gateway.table('credentials', {
  hash: bytea('hash').primaryKey(),
  sessionId: uuid('session_id').references(() => sessions.id),
  apiTokenId: uuid('api_token_id').references(() => apiTokens.id),
  issuedAt: instant('issued_at').notNull().defaultNow(),
  expiresAt: instant('expires_at').notNull(),
  workloadSessionId: uuid('workload_session_id').references(() => workloadSessions.id),
  /** When a newer token took its place. It works until `expires_at`, and is an alarm after that. */
  supersededAt: instant('superseded_at'),
})

export const bindingSubjects = ['user', 'group', 'service-account', 'api-token', 'trust'] as const
export type BindingSubject = (typeof bindingSubjects)[number]

/** Subject × role × rack pattern × app pattern, optionally with an end. */
export const bindings = gateway.table('bindings', {
  id: uuid('id').primaryKey(),
  subjectKind: text('subject_kind').$type<BindingSubject>().notNull(),
  /** The id of the user, service account, API token or trust, or the group's name. */
  subjectId: text('subject_id').notNull(),
  role: text('role').notNull(),
  racks: text('racks').notNull().default('*'),
  apps: text('apps').notNull().default('*'),
  expiresAt: instant('expires_at'),
  reason: text('reason'),
  createdAt: instant('created_at').notNull().defaultNow(),
  createdBy: text('created_by').notNull(),
  /** Instead of the role's: permissions one by one, separated by spaces. Of API tokens only. */
  permissions: text('permissions'),
})

/**
 * When and from where a session or an API token was last used; written at most once a minute. A browser's session has one
 * from its login on, and is over when it is too old. Apart from what it is about, so that use does not raise the revision.
 */
export const lastUses = gateway.table('last_uses', {
  /** The id of the session or token. */
  credential: uuid('credential').primaryKey(),
  usedAt: instant('used_at').notNull(),
  address: text('address').notNull(),
})

/** The process of an attached run and whose it is. Written with the POST's outcome, so that any replica knows it. */
export const runs = gateway.table(
  'runs',
  {
    rack: text('rack').notNull(),
    app: text('app').notNull(),
    process: text('process').notNull(),
    /** The principal's id. */
    principal: text('principal').notNull(),
    service: text('service').notNull(),
    /** The id of the `intent` event. */
    intent: uuid('intent').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    expiresAt: instant('expires_at').notNull(),
    /** Names of the environment keys that it brought, separated by spaces. */
    environment: text('environment').notNull().default(''),
    newestRelease: boolean('newest_release').notNull().default(true),
  },
  (table) => [primaryKey({ columns: [table.rack, table.app, table.process] })],
)

/** Recorded sessions, newest ids last: they are UUIDv7. */
export const recordings = gateway.table('recordings', {
  id: uuid('id').primaryKey(),
  startedAt: instant('started_at').notNull(),
  /** The stream whose process records it. */
  stream: uuid('stream').notNull(),
  /** The id of the `opened` event. */
  opened: uuid('opened').notNull(),
  mode: text('mode').notNull(),
  principal: text('principal').notNull(),
  principalName: text('principal_name').notNull(),
  rack: text('rack').notNull(),
  app: text('app'),
  process: text('process'),
  route: text('route').notNull(),
  command: text('command'),
  endedAt: instant('ended_at'),
  chunks: bigint('chunks', { mode: 'number' }),
  bytes: bigint('bytes', { mode: 'number' }),
  /** The head of the chain of its chunks, hex. */
  head: text('head'),
  /** Bytes of the session that are missing. */
  lost: bigint('lost', { mode: 'number' }),
  /** The reason for ending it, as the person sees it. */
  ending: text('ending'),
  removedAt: instant('removed_at'),
  removedBecause: text('removed_because'),
})

/** One row; a trigger on every table above that identity depends on raises it, and notifies `gateway_revision`. */
export const revision = gateway.table('revision', {
  one: smallint('one').primaryKey(),
  value: bigint('value', { mode: 'number' }).notNull(),
})

/** Whose identity each of the newest revisions has changed: a kind and an id or name; null for everybody. Written by the same triggers. */
export const changedSubjects = gateway.table('changed_subjects', {
  revision: bigint('revision', { mode: 'number' }).primaryKey(),
  subjects: text('subjects').array(),
})

/** One start of one gateway process. */
export const streams = audit.table('streams', {
  id: uuid('id').primaryKey(),
  /** First day of the month that its events are in. */
  month: instant('month').notNull(),
  host: text('host').notNull(),
  pid: integer('pid').notNull(),
  openedAt: instant('opened_at').notNull().defaultNow(),
  leaseUntil: instant('lease_until').notNull(),
  closedAt: instant('closed_at'),
  /** The adopter's stream. */
  adoptedBy: uuid('adopted_by'),
  /** The stream that the same process wrote before. */
  follows: uuid('follows'),
  /** Whether its process keeps a file for when the database is away: records may come in later. */
  fallback: boolean('fallback').notNull().default(false),
  /** After adoption: its open calls up to here have their `outcome.unknown`. */
  accountedSeq: bigint('accounted_seq', { mode: 'number' }),
  /** When that was so for all of them. */
  accountedAt: instant('accounted_at'),
})

/** Append-only, partitioned by month, keyed (stream, seq, at). `canonical` is what was hashed; the other columns are for searching. */
export const events = audit.table(
  'events',
  {
    stream: uuid('stream').notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    at: instant('at').notNull(),
    id: uuid('id').notNull(),
    kind: text('kind').notNull(),
    request: text('request'),
    ofEvent: uuid('of_event'),
    principal: text('principal'),
    principalName: text('principal_name'),
    address: text('address'),
    rack: text('rack'),
    app: text('app'),
    route: text('route'),
    permission: text('permission'),
    effect: text('effect'),
    rule: text('rule'),
    status: smallint('status'),
    process: text('process'),
    command: text('command'),
    canonical: text('canonical').notNull(),
    prev: bytea('prev').notNull(),
    hash: bytea('hash').notNull(),
    writtenAt: instant('written_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.stream, table.seq, table.at] })],
)

/** Signed lists of the streams' trees. Append-only; `note` is what counts, the rest is read from it. */
export const checkpoints = audit.table('checkpoints', {
  number: bigint('number', { mode: 'number' }).primaryKey(),
  at: instant('at').notNull(),
  hash: bytea('hash').notNull(),
  /** The key that signed it. */
  key: text('key').notNull(),
  /** The key before, in the first checkpoint of a new one. */
  replaces: text('replaces'),
  note: text('note').notNull(),
})

/** How far each stream's tree was made, so that it is made once. Held against what was signed before it is used. */
export const trees = audit.table('trees', {
  stream: uuid('stream').primaryKey(),
  size: bigint('size', { mode: 'number' }).notNull(),
  /** Roots of its full subtrees, 32 bytes each, the largest first. */
  peaks: bytea('peaks').notNull(),
  /** Whether its end was signed: then no checkpoint lists it again. */
  settled: boolean('settled').notNull().default(false),
})

/** The newest checkpoint that each place outside has. */
export const deliveries = audit.table('deliveries', {
  place: text('place').primaryKey(),
  number: bigint('number', { mode: 'number' }).notNull(),
  at: instant('at').notNull(),
})

/** Where events are sent, and since when. */
export const sinks = audit.table('sinks', {
  name: text('name').primaryKey(),
  since: instant('since').notNull().defaultNow(),
})

/** How far each sink has come in each stream. */
export const sinkPositions = audit.table(
  'sink_positions',
  {
    sink: text('sink')
      .notNull()
      .references(() => sinks.name),
    stream: uuid('stream').notNull(),
    month: instant('month').notNull(),
    /** The last one that was sent. */
    seq: bigint('seq', { mode: 'number' }).notNull().default(0),
    /** The process that sends it, and until when nobody else may. */
    heldBy: uuid('held_by'),
    heldUntil: instant('held_until').notNull().defaultNow(),
    finished: boolean('finished').notNull().default(false),
  },
  (table) => [primaryKey({ columns: [table.sink, table.stream] })],
)

/** Events that a sink has refused for good. */
export const sinkDeadLetters = audit.table(
  'sink_dead_letters',
  {
    sink: text('sink')
      .notNull()
      .references(() => sinks.name),
    stream: uuid('stream').notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    event: uuid('event').notNull(),
    reason: text('reason').notNull(),
    refusedAt: instant('refused_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.sink, table.stream, table.seq] })],
)

/** Months that were archived, and where. */
export const archives = audit.table(
  'archives',
  {
    month: date('month').notNull(),
    hash: bytea('hash').notNull(),
    place: text('place').notNull(),
    events: bigint('events', { mode: 'number' }).notNull(),
    manifest: text('manifest').notNull(),
    at: instant('at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.month, table.hash, table.place] })],
)
