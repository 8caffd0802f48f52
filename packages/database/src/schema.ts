import {
  type AnyPgColumn,
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

/** Identities, credentials, bindings, runs. The runtime login can change most of these tables: see `privileges.ts`. */
export const gateway = pgSchema('gateway')
/** Events and streams. The runtime login may only SELECT and INSERT events. */
export const audit = pgSchema('audit')

const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' })
/** The connection already converts JSON; drizzle's own type would convert it twice. */
const json = customType<{ data: unknown; driverData: unknown }>({ dataType: () => 'jsonb' })
const reference = (name: string, to: () => AnyPgColumn) => uuid(name).references(to)
const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })

/**
 * A person, identified by issuer and subject, never by email alone. A user that a server command creates has the issuer
 * `local` and the email as the subject.
 */
export const users = gateway.table('users', {
  id: uuid('id').primaryKey(),
  issuer: text('issuer').notNull(),
  subject: text('subject').notNull(),
  email: text('email').notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
  lockedAt: instant('locked_at'),
  /** The groups that the identity provider last reported, at a login or at a later check of the account. */
  groups: text('groups').array().notNull().default([]),
  lockedReason: text('locked_reason'),
})

/** Owns API tokens, but can't log in. */
export const serviceAccounts = gateway.table('service_accounts', {
  id: uuid('id').primaryKey(),
  name: text('name').notNull().unique(),
  createdAt: instant('created_at').notNull().defaultNow(),
  disabledAt: instant('disabled_at'),
})

/** What a session is for, besides calls. */
export type LoginPurpose = 'second-factors'

/** A user's login on one device. */
export const sessions = gateway.table('sessions', {
  id: uuid('id').primaryKey(),
  userId: reference('user_id', () => users.id).notNull(),
  device: text('device').notNull(),
  /** The only rack that the session is valid for, or null for all racks. */
  rack: text('rack'),
  createdAt: instant('created_at').notNull().defaultNow(),
  expiresAt: instant('expires_at').notNull(),
  endedAt: instant('ended_at'),
  endedReason: text('ended_reason'),
  /** When the person last logged in for this session. Limits how long the session can be renewed. */
  authenticatedAt: instant('authenticated_at').notNull().defaultNow(),
  /** False for a session of the stock CLI. */
  renewable: boolean('renewable').notNull().default(true),
  /** `second-factors` if the user allowed this CLI session to change second factors after its login. */
  purpose: text('purpose').$type<LoginPurpose>(),
})

export type FactorKind = 'passkey' | 'totp'
export type ProofMethod = 'passkey' | 'totp' | 'backup-code'

/** Passkeys, security keys, and authenticator apps of users. */
export const secondFactors = gateway.table('second_factors', {
  id: uuid('id').primaryKey(),
  userId: reference('user_id', () => users.id).notNull(),
  kind: text('kind').$type<FactorKind>().notNull(),
  name: text('name').notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
  usedAt: instant('used_at'),
  /** Of a passkey: its WebAuthn credential ID. */
  credentialId: bytea('credential_id').unique(),
  /** Of a passkey: its public key, in the COSE format. */
  publicKey: bytea('public_key'),
  counter: bigint('counter', { mode: 'number' }),
  transports: text('transports').array(),
  /** Of an authenticator app: its secret, encrypted for the user. */
  secret: bytea('secret'),
  /** Of an authenticator app: the last accepted time step, so that no code is accepted twice. */
  lastStep: bigint('last_step', { mode: 'number' }),
})

/** Codes for a user who has lost every other factor. Each code can be used once. */
export const backupCodes = gateway.table(
  'backup_codes',
  {
    userId: reference('user_id', () => users.id).notNull(),
    /** HMAC of the code. */
    hash: bytea('hash').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    usedAt: instant('used_at'),
  },
  (table) => [primaryKey({ columns: [table.userId, table.hash] })],
)

/** Factors that are being added. */
export const enrollments = gateway.table('enrollments', {
  id: uuid('id').primaryKey(),
  userId: reference('user_id', () => users.id).notNull(),
  /** The session that adds the factor. Only this session can finish the enrollment. */
  sessionId: reference('session_id', () => sessions.id).notNull(),
  kind: text('kind').$type<FactorKind>().notNull(),
  /** The WebAuthn challenge, or the encrypted secret of an authenticator app. */
  secret: bytea('secret').notNull(),
  expiresAt: instant('expires_at').notNull(),
  usedAt: instant('used_at'),
})

/**
 * How the session that asked gets the proof. `response`: only this session can give the proof, and gets it in the
 * response. `callback`: another session gives the proof, and a browser passes the result to a program on this session's
 * machine. `code`: another session gives the proof, and a person types the result in a command.
 */
export type StepUpDelivery = 'response' | 'callback' | 'code'

/** Requests for a proof. Each belongs to the session whose call needs it. */
export const stepUps = gateway.table('step_ups', {
  id: uuid('id').primaryKey(),
  userId: reference('user_id', () => users.id).notNull(),
  /** The session that asked. Only this session can redeem the result. */
  sessionId: reference('session_id', () => sessions.id).notNull(),
  delivery: text('delivery').$type<StepUpDelivery>().notNull(),
  /** What the user sees before the proof. */
  asked: json('asked').notNull(),
  /** Which calls the proof is for. */
  covers: json('covers').notNull(),
  methods: text('methods').$type<'passkey' | 'any'>().notNull(),
  address: text('address').notNull(),
  createdAt: instant('created_at').notNull(),
  expiresAt: instant('expires_at').notNull(),
  provedAt: instant('proved_at'),
  factorId: uuid('factor_id'),
  method: text('method').$type<ProofMethod>(),
  /**
   * The session that asked exchanges a text for the proof. This is the hash of the text: SHA-256 of a random text, or
   * HMAC of a code that a person types.
   */
  result: bytea('result'),
  redeemedAt: instant('redeemed_at'),
})

/** Challenges of step-ups. Each is for one session and one network. */
export const stepUpChallenges = gateway.table(
  'step_up_challenges',
  {
    stepUpId: reference('step_up_id', () => stepUps.id).notNull(),
    /**
     * `console`: the SHA-256 of the random text that the stock CLI gets in the header `Challenge`, and sends back with
     * the result. `passkey`: the WebAuthn challenge.
     */
    kind: text('kind').$type<'console' | 'passkey'>().notNull(),
    sessionId: uuid('session_id').notNull(),
    network: text('network').notNull(),
    challenge: bytea('challenge').notNull(),
  },
  (table) => [primaryKey({ columns: [table.stepUpId, table.kind, table.sessionId, table.network] })],
)

/** Proofs of a second factor. Each is valid for one session, and only together with its secret or from its address. */
export const proofs = gateway.table('proofs', {
  /** The ID of its step-up. */
  id: uuid('id').primaryKey(),
  userId: reference('user_id', () => users.id).notNull(),
  sessionId: reference('session_id', () => sessions.id).notNull(),
  /** SHA-256 of the secret that calls send; null if calls cannot send a secret. */
  secret: bytea('secret'),
  /** The only address that the proof is valid from; null if calls send the secret. */
  address: text('address'),
  factorId: uuid('factor_id'),
  method: text('method').$type<ProofMethod>().notNull(),
  provedAt: instant('proved_at').notNull(),
  covers: json('covers').notNull(),
  expiresAt: instant('expires_at').notNull(),
  /** When the proof was used. Only for a proof of one call, because other proofs can be used several times. */
  usedAt: instant('used_at'),
  /** How often the proof was used for each planned call of a command, by its position; null before the first use. */
  uses: json('uses').$type<readonly number[]>(),
})

/** Wrong codes and signatures of the last day, for the limits. */
export const failedFactors = gateway.table('failed_factors', {
  id: uuid('id').primaryKey(),
  userId: reference('user_id', () => users.id).notNull(),
  sessionId: uuid('session_id').notNull(),
  /** The block of addresses that the attempt came from. */
  network: text('network').notNull(),
  /** Whether the session's login was at most five minutes old. Such attempts have limits of their own. */
  freshLogin: boolean('fresh_login').notNull(),
  failedAt: instant('failed_at').notNull(),
})

/** Login attempts that the identity provider has answered, so that no response is used twice. */
export const usedLogins = gateway.table('used_logins', {
  /** SHA-256 of the attempt's state. */
  state: bytea('state').primaryKey(),
  expiresAt: instant('expires_at').notNull(),
})

/** Loopback logins of the CLI that were approved or denied. Undecided logins are not stored. */
export const loopbackLogins = gateway.table('loopback_logins', {
  id: uuid('id').primaryKey(),
  userId: reference('user_id', () => users.id).notNull(),
  device: text('device').notNull(),
  rack: text('rack'),
  /** PKCE: the SHA-256 of the verifier. */
  challenge: bytea('challenge').notNull(),
  /** When the person who approved the login had logged in to the browser. For a denied login: when it was denied. */
  authenticatedAt: instant('authenticated_at').notNull(),
  /** The SHA-256 of the code, or null if the login was denied. */
  code: bytea('code'),
  codeUntil: instant('code_until').notNull(),
  /** When the CLI sent the code. A code can be used once. */
  spentAt: instant('spent_at'),
  expiresAt: instant('expires_at').notNull(),
  /** The browser session that decided. It can be deleted before this row. */
  sessionId: uuid('session_id'),
  purpose: text('purpose').$type<LoginPurpose>(),
})

/** Logins of the CLI with a code that a person types. Stored as soon as they begin. */
export const deviceLogins = gateway.table('device_logins', {
  id: uuid('id').primaryKey(),
  /** HMAC of the typed code. */
  userCode: bytea('user_code').notNull(),
  /** The SHA-256 of the secret that the CLI sends when it polls. */
  secret: bytea('secret').notNull(),
  device: text('device').notNull(),
  system: text('system').notNull(),
  rack: text('rack'),
  address: text('address').notNull(),
  /** The block of addresses that contains `address`. The number of open logins of each block is limited. */
  block: text('block').notNull(),
  begunAt: instant('begun_at').notNull(),
  expiresAt: instant('expires_at').notNull(),
  polledAt: instant('polled_at'),
  decision: text('decision').$type<'approved' | 'denied'>(),
  userId: reference('user_id', () => users.id),
  /** When the person who approved the login had logged in to the browser. Null if nobody approved the login. */
  authenticatedAt: instant('authenticated_at'),
  redeemedAt: instant('redeemed_at'),
  /** The browser session that decided. It can be deleted before this row. */
  sessionId: uuid('session_id'),
})

/**
 * Refresh tokens, for checking with the identity provider that a person's account is still valid. They are not in
 * `users`, so that a check does not raise the revision.
 */
export const providerRefreshTokens = gateway.table('provider_refresh_tokens', {
  userId: uuid('user_id')
    .primaryKey()
    .references(() => users.id),
  /** Increased whenever the refresh token is replaced. */
  version: integer('version').notNull(),
  /** The newest refresh token, encrypted for this user, or null if the provider issued none. */
  sealed: bytea('sealed'),
  /** When the provider last confirmed the user. */
  checkedAt: instant('checked_at').notNull(),
  /** Until this time, only one replica uses the refresh token: a second use could make the provider revoke it. */
  claimedUntil: instant('claimed_until'),
})

/** Users who became administrators through an entry of ADMIN_USERS. Each entry works once for each issuer. */
export const firstAdministrators = gateway.table(
  'first_administrators',
  {
    issuer: text('issuer').notNull(),
    email: text('email').notNull(),
    userId: reference('user_id', () => users.id).notNull(),
  },
  (table) => [primaryKey({ columns: [table.issuer, table.email] })],
)

/** A role on the racks and apps of two patterns, as an invitation stores it. */
export interface InvitedBinding {
  readonly role: string
  readonly racks: string
  readonly apps: string
  /** RFC 3339, or null for no expiry. */
  readonly expiresAt: string | null
}

/** Roles for the first login of a person with this verified email address. */
export const invitations = gateway.table('invitations', {
  id: uuid('id').primaryKey(),
  issuer: text('issuer').notNull(),
  email: text('email').notNull(),
  bindings: json('bindings').$type<readonly InvitedBinding[]>().notNull(),
  reason: text('reason'),
  invitedBy: reference('invited_by', () => users.id).notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
  expiresAt: instant('expires_at').notNull(),
  endedAt: instant('ended_at'),
  outcome: text('outcome').$type<'redeemed' | 'denied' | 'revoked'>(),
  /** The user whose first login ended the invitation. */
  userId: reference('user_id', () => users.id),
})

/** A scoped, expiring credential for automation. Belongs to either a user or a service account. */
export const apiTokens = gateway.table('api_tokens', {
  id: uuid('id').primaryKey(),
  name: text('name').notNull(),
  userId: reference('user_id', () => users.id),
  serviceAccountId: reference('service_account_id', () => serviceAccounts.id),
  rack: text('rack'),
  createdAt: instant('created_at').notNull().defaultNow(),
  expiresAt: instant('expires_at').notNull(),
  revokedAt: instant('revoked_at'),
  /** The first characters of the newest token, which identify it in lists. */
  prefix: text('prefix'),
  /** The CIDRs of allowed client addresses, separated by spaces. Empty allows every address. */
  sources: text('sources').notNull().default(''),
})

/** Which jobs of a CI system may log in. The bindings of the trust define their permissions. */
export const trusts = gateway.table('trusts', {
  id: uuid('id').primaryKey(),
  name: text('name').notNull(),
  issuer: text('issuer').notNull(),
  audience: text('audience').notNull(),
  /** A list of `TrustCondition`; never empty. */
  conditions: json('conditions').notNull(),
  /** The maximum duration of its sessions in seconds. */
  maxAge: integer('max_age').notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
  createdBy: text('created_by').notNull(),
  revokedAt: instant('revoked_at'),
  revokedBy: text('revoked_by'),
})

/** The session of one run of a CI job, based on a trust. */
export const workloadSessions = gateway.table('workload_sessions', {
  id: uuid('id').primaryKey(),
  trustId: reference('trust_id', () => trusts.id).notNull(),
  name: text('name').notNull(),
  subject: text('subject').notNull(),
  /** The description of the job from the claims of its token, for events and lists. */
  job: json('job').notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
  expiresAt: instant('expires_at').notNull(),
  endedAt: instant('ended_at'),
  endedReason: text('ended_reason'),
})

/**
 * JWTs that were used, until shortly after they expire. The key is the SHA-256 of the issuer and the `jti`. A JWT
 * without `jti` has the SHA-256 of the issuer and the text before the signature.
 */
export const usedJwts = gateway.table('used_jwts', {
  key: bytea('key').primaryKey(),
  expiresAt: instant('expires_at').notNull(),
})

/**
 * The tokens that callers send. Each belongs to one session of a user, one API token, or one session of a job. During a
 * rotation with an overlap, several tokens of one owner are valid. `hash` is the SHA-256 of the token, and the token
 * itself is never stored.
 */
export const credentials = gateway.table('credentials', {
  hash: bytea('hash').primaryKey(),
  sessionId: reference('session_id', () => sessions.id),
  apiTokenId: reference('api_token_id', () => apiTokens.id),
  issuedAt: instant('issued_at').notNull().defaultNow(),
  expiresAt: instant('expires_at').notNull(),
  workloadSessionId: reference('workload_session_id', () => workloadSessions.id),
  /**
   * When a newer token replaced this token. This token stays valid until `expires_at`. Its use after `expires_at`
   * raises an alarm.
   */
  supersededAt: instant('superseded_at'),
})

export type BindingSubject = 'user' | 'group' | 'service-account' | 'api-token' | 'trust'

/** Gives a role to a subject, on the racks and apps that match two patterns, optionally with an expiry. */
export const bindings = gateway.table('bindings', {
  id: uuid('id').primaryKey(),
  subjectKind: text('subject_kind').$type<BindingSubject>().notNull(),
  /** The id of the user, service account, API token, or trust, or the group's name. */
  subjectId: text('subject_id').notNull(),
  role: text('role').notNull(),
  racks: text('racks').notNull().default('*'),
  apps: text('apps').notNull().default('*'),
  expiresAt: instant('expires_at'),
  reason: text('reason'),
  createdAt: instant('created_at').notNull().defaultNow(),
  createdBy: text('created_by').notNull(),
  /** Permissions that replace the role's, separated by spaces. Only for API tokens. */
  permissions: text('permissions'),
  /** The invitation that created the binding. `createdBy` is then the inviter. */
  invitation: reference('invitation', () => invitations.id),
})

export type AccessRequestState =
  | 'pending'
  | 'approved'
  | 'denied'
  | 'canceled'
  | 'lapsed'
  | 'active'
  | 'ended'
  | 'revoked'

/**
 * A user's request for a role. In the states `approved` and `active`, the row is also the grant: it gives `role` on
 * `grantedRacks` and `grantedApps` from `grantFrom` to `grantUntil`.
 */
export const accessRequests = gateway.table('access_requests', {
  id: uuid('id').primaryKey(),
  userId: reference('user_id', () => users.id).notNull(),
  /** The ID of the request rule. */
  rule: text('rule').notNull(),
  role: text('role').notNull(),
  racks: text('racks').array().notNull(),
  apps: text('apps').array().notNull(),
  /** The requested working time in seconds. */
  seconds: integer('seconds').notNull(),
  /** The requested start; null: as soon as the request is approved. */
  startsAt: instant('starts_at'),
  reason: text('reason').notNull(),
  /** The grant that this request extends. */
  extends: uuid('extends'),
  createdAt: instant('created_at').notNull(),
  answerBy: instant('answer_by').notNull(),
  state: text('state').$type<AccessRequestState>().notNull(),
  workStarts: text('work_starts').$type<'approval' | 'firstUse'>().notNull(),
  decidedAt: instant('decided_at'),
  grantedRacks: text('granted_racks').array(),
  grantedApps: text('granted_apps').array(),
  /** The granted working time in seconds. */
  grantedSeconds: integer('granted_seconds'),
  grantFrom: instant('grant_from'),
  /** The end of the grant. Before the first use that starts the grant, the latest time of this use. */
  grantUntil: instant('grant_until'),
  startedAt: instant('started_at'),
  /** When the request reached a state that it never leaves. */
  endedAt: instant('ended_at'),
  /** The ID and the name of the user who denied, canceled, or revoked; null for the clock. */
  endedBy: uuid('ended_by'),
  endedByName: text('ended_by_name'),
  endNote: text('end_note'),
})

/** The review of an access request by one user, with what this review allows. */
export const accessRequestReviews = gateway.table(
  'access_request_reviews',
  {
    accessRequest: reference('access_request', () => accessRequests.id).notNull(),
    reviewer: reference('reviewer', () => users.id).notNull(),
    approved: boolean('approved').notNull(),
    /** Why the user could review, such as `group:leads`. */
    because: text('because').notNull(),
    note: text('note'),
    racks: text('racks').array(),
    apps: text('apps').array(),
    seconds: integer('seconds'),
    startsAt: instant('starts_at'),
    at: instant('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.accessRequest, table.reviewer] })],
)

/**
 * The last use of a session or an API token, written at most once a minute, or more often if the idle limit of browser
 * sessions is below ten minutes. A browser's session has a row since its login, and ends if it is unused for too long.
 * This is a table of its own, because a use must not raise the revision.
 */
export const lastUses = gateway.table('last_uses', {
  /** The id of the session or token. */
  credential: uuid('credential').primaryKey(),
  usedAt: instant('used_at').notNull(),
  address: text('address').notNull(),
})

/**
 * The processes of runs, with the principals that started them. A row is stored before the caller gets the ID of the
 * process, so that every replica finds it.
 */
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
    /** The names of the environment keys of the request, separated by spaces. */
    environment: text('environment').notNull().default(''),
    newestRelease: boolean('newest_release').notNull().default(true),
    /** The id of the session or token that can make the first exec without a further proof; null: none. */
    attachCredential: text('attach_credential'),
    attachAddress: text('attach_address'),
    attachUntil: instant('attach_until').notNull(),
  },
  (table) => [primaryKey({ columns: [table.rack, table.app, table.process] })],
)

/** Recorded sessions. Their ids are UUIDv7 and sort by time. */
export const recordings = gateway.table('recordings', {
  id: uuid('id').primaryKey(),
  startedAt: instant('started_at').notNull(),
  /** The audit stream of the process that records the session. */
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
  /** The head of the hash chain of its chunks, in hex. */
  head: text('head'),
  /** The number of missing bytes. */
  lost: bigint('lost', { mode: 'number' }),
  /** The ID of the grant that allowed the session; null if bindings allowed it. */
  grant: uuid('grant_id'),
  removedAt: instant('removed_at'),
  removedBecause: text('removed_because'),
})

/** Calls that are open now. A row counts only while the process of its stream lives. */
export const liveCalls = gateway.table('live_calls', {
  /** The ID of the call, which is also the ID of its `opened` event if there is one. */
  id: uuid('id').primaryKey(),
  /** An audit stream of the process that has the call. */
  stream: uuid('stream').notNull(),
  startedAt: instant('started_at').notNull(),
  /** The ID of the request, which all events of the call have. */
  request: text('request').notNull(),
  /** The ID of the `opened` event; null for a transfer. */
  opened: uuid('opened'),
  recording: uuid('recording'),
  principal: text('principal').notNull(),
  principalKind: text('principal_kind').notNull(),
  principalName: text('principal_name').notNull(),
  /** The ID of the user who owns the API token of the call, or null. */
  owner: text('owner'),
  rack: text('rack').notNull(),
  app: text('app'),
  service: text('service'),
  process: text('process'),
  route: text('route').notNull(),
  path: text('path').notNull(),
  kind: text('kind').notNull(),
  command: text('command'),
  /** The ID of the grant that allowed the call; null if bindings allowed it. */
  grant: uuid('grant_id'),
})

/** Requests to end live calls, with the reason that the caller sees. */
export const callEndings = gateway.table('call_endings', {
  /** The ID of the live call, which may not be listed yet. */
  call: uuid('call').primaryKey(),
  reason: text('reason').notNull(),
  requestedAt: instant('requested_at').notNull().defaultNow(),
})

/** One row, by which processes notice changes. Triggers on other tables increase `value`, and notify the processes. */
export const revision = gateway.table('revision', {
  /** Always 1, so that the table has only one row. */
  one: smallint('one').primaryKey(),
  value: bigint('value', { mode: 'number' }).notNull(),
})

/** The subjects that each recent revision changed: a kind with an ID or name, or null for all subjects. */
export const changedSubjects = gateway.table('changed_subjects', {
  revision: bigint('revision', { mode: 'number' }).primaryKey(),
  subjects: text('subjects').array(),
})

/** The events of one gateway process in one month. */
export const streams = audit.table('streams', {
  id: uuid('id').primaryKey(),
  /** The first day of the month of its events. */
  month: instant('month').notNull(),
  host: text('host').notNull(),
  pid: integer('pid').notNull(),
  openedAt: instant('opened_at').notNull().defaultNow(),
  leaseUntil: instant('lease_until').notNull(),
  closedAt: instant('closed_at'),
  /** The stream of the process that completes this stream, because the process of this stream has ended. */
  adoptedBy: uuid('adopted_by'),
  /** The previous stream of the same process. */
  follows: uuid('follows'),
  /** Whether the process writes events to a file while the database is unavailable. Such events arrive later. */
  fallback: boolean('fallback').notNull().default(false),
  /** The adopting process has written an `outcome.unknown` event for each unfinished call up to this `seq`. */
  accountedSeq: bigint('accounted_seq', { mode: 'number' }),
  /** Null until every unfinished call of the stream has an `outcome.unknown` event; then the time of the last one. */
  accountedAt: instant('accounted_at'),
})

/** Append-only, partitioned by month. `canonical` is the hashed text; the other columns are for searching. */
export const events = audit.table(
  'events',
  {
    stream: uuid('stream').notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    at: instant('at').notNull(),
    id: uuid('id').notNull(),
    kind: text('kind').notNull(),
    request: text('request'),
    /** An earlier event that this event belongs to, such as the `intent` of an `outcome`. */
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
    granted: uuid('granted'),
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

/**
 * Signed lists of the streams, with the roots of their Merkle trees. Append-only. `note` is the signed text, from which
 * the other columns are derived.
 */
export const checkpoints = audit.table('checkpoints', {
  number: bigint('number', { mode: 'number' }).primaryKey(),
  at: instant('at').notNull(),
  hash: bytea('hash').notNull(),
  /** The public key that verifies its signature. */
  key: text('key').notNull(),
  /** The previous key, in the first checkpoint of a new key. */
  replaces: text('replaces'),
  note: text('note').notNull(),
})

/** The computed part of each stream's Merkle tree, so that no part is computed twice. Checked against checkpoints. */
export const trees = audit.table('trees', {
  stream: uuid('stream').primaryKey(),
  size: bigint('size', { mode: 'number' }).notNull(),
  /** The roots of its full subtrees, 32 bytes each, largest first. */
  peaks: bytea('peaks').notNull(),
  /** Whether a checkpoint has signed the end of the stream. Later checkpoints do not list the stream. */
  settled: boolean('settled').notNull().default(false),
})

/** The newest checkpoint at each external destination. */
export const deliveries = audit.table('deliveries', {
  /** The destination. */
  place: text('place').primaryKey(),
  number: bigint('number', { mode: 'number' }).notNull(),
  at: instant('at').notNull(),
})

/** The destinations of events, and when they were added. */
export const sinks = audit.table('sinks', {
  name: text('name').primaryKey(),
  since: instant('since').notNull().defaultNow(),
})

/** How much of each stream each sink has received. */
export const sinkPositions = audit.table(
  'sink_positions',
  {
    sink: text('sink')
      .notNull()
      .references(() => sinks.name),
    stream: uuid('stream').notNull(),
    month: instant('month').notNull(),
    /** The last event that was sent. */
    seq: bigint('seq', { mode: 'number' }).notNull().default(0),
    /** The process that sends this stream to the sink. */
    heldBy: uuid('held_by'),
    /** The end of the lease of this process. */
    heldUntil: instant('held_until').notNull().defaultNow(),
    /** Whether the sink has received the last event of the stream. */
    finished: boolean('finished').notNull().default(false),
  },
  (table) => [primaryKey({ columns: [table.sink, table.stream] })],
)

/** Events that a sink has permanently refused. */
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

/** Archived months, and the addresses of their archives (`place`). */
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
