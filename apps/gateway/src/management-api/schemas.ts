import { bindingSubjects } from '@rack-gateway/database'
import { type Static, type TObject, type TSchema, Type } from 'typebox'

export const closed = { additionalProperties: false } as const
export const Time = Type.String({ format: 'date-time', description: 'RFC 3339, in UTC' })
export const Id = Type.String({ format: 'uuid' })
export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
export const Pattern = Type.String({
  maxLength: 100,
  description: 'a name, or a pattern in which * stands for any part of a name; * alone: every one',
})
const Reason = Type.String({ minLength: 1, maxLength: 500, pattern: '^[^\\p{C}\\p{Zl}\\p{Zp}]+$' })
const Sources = Type.Array(Type.String({ maxLength: 50 }), {
  maxItems: 50,
  description: 'addresses and networks that it may be used from, such as 192.0.2.0/24; none: from anywhere',
})
const Permissions = Type.Array(Type.String({ maxLength: 60 }), { minItems: 1, maxItems: 100, uniqueItems: true })
const Expiry = {
  days: Type.Optional(Type.Integer({ minimum: 1, maximum: 3650, description: 'days until it ends' })),
  expiresAt: Type.Optional(Time),
}

const Owner = Type.Object({ kind: Type.Union([Type.Literal('user'), Type.Literal('service-account')]), id: Id }, closed)

/** Who the caller is and where they may go: what `rack-gateway whoami` and `login` show. */
export const Me = Type.Object({
  kind: Type.Union([Type.Literal('user'), Type.Literal('api-token'), Type.Literal('workload')]),
  id: Id,
  name: Type.String(),
  rack: Type.Union([Type.String(), Type.Null()], { description: 'the rack that the token is bound to' }),
  racks: Type.Array(Type.String(), { description: 'racks on which the caller has any role' }),
  roles: Type.Array(Type.String()),
  expiresAt: Time,
  csrfToken: Type.Optional(
    Type.String({ description: 'only for a browser’s session: what its changes send as X-CSRF-Token' }),
  ),
})

const Version = Type.String({ pattern: '^\\d+\\.\\d+\\.\\d+', description: 'such as 1.4.0' })

export const Versions = Type.Object(
  {
    gateway: Version,
    cli: Type.Object(
      {
        minimum: Type.Union([Version, Type.Null()], {
          description: 'CLI_MINIMUM_VERSION: whoever has an older one should get a newer one',
        }),
        newest: Type.String({ description: 'the one that was made together with this gateway' }),
      },
      closed,
    ),
  },
  closed,
)
export type Versions = Static<typeof Versions>

const lastUse = { lastUsedAt: Nullable(Time), lastUsedFrom: Nullable(Type.String()) }

export const Session = Type.Object({
  id: Id,
  user: Type.Object({ id: Id, email: Type.String() }),
  device: Type.String(),
  rack: Nullable(Type.String()),
  current: Type.Boolean({ description: 'whether this call was made with it' }),
  createdAt: Time,
  expiresAt: Time,
  endedAt: Nullable(Time),
  endedReason: Nullable(Type.String()),
  ...lastUse,
})

export const RenewedSession = Type.Object({
  token: Type.String({ description: 'shown only now' }),
  expiresAt: Time,
  renewAt: Type.String({ format: 'date-time', description: 'when it is time to renew again' }),
})

/** Goes unchanged into pages, lists and the audit log. */
const PlainName = (description: string) =>
  Type.String({ pattern: '^[A-Za-z0-9](?:[A-Za-z0-9 ._/+-]{0,58}[A-Za-z0-9])?$', description })

const cliLogin = {
  device: PlainName('what the device calls itself'),
  system: PlainName('its operating system'),
  rack: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
      description: 'the only rack that the session should be good for',
    }),
  ),
}

export const CliLoginRequest = Type.Object(cliLogin, closed)
export const LoopbackLoginRequest = Type.Object(
  {
    ...cliLogin,
    challenge: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$', description: 'of PKCE, by S256' }),
    port: Type.Integer({ minimum: 1_024, maximum: 65_535, description: 'where 127.0.0.1 is listened on' }),
    path: Type.String({ pattern: '^[A-Za-z0-9_-]{22,64}$', description: 'the only path there, without its slash' }),
    state: Type.String({ pattern: '^[A-Za-z0-9_-]{22,64}$', description: 'comes back with the code' }),
  },
  closed,
)
export const BegunLoopbackLogin = Type.Object({
  address: Type.String({ description: 'what the person opens' }),
  expiresAt: Time,
})
export const RedemptionRequest = Type.Object(
  {
    code: Type.String({ minLength: 1, maxLength: 200 }),
    verifier: Type.String({ pattern: '^[A-Za-z0-9._~-]{43,128}$', description: 'of PKCE' }),
  },
  closed,
)
export const NewSession = Type.Object({ id: Id, ...RenewedSession.properties })
export const BegunDeviceLogin = Type.Object({
  code: Type.String({ description: 'what the person types, such as WDJB-MJHT' }),
  address: Type.String({ description: 'where they type it; no address carries the code' }),
  secret: Type.String({ description: 'what to poll with, shown only now' }),
  intervalSeconds: Type.Integer({ description: 'between two polls' }),
  expiresAt: Time,
})
export const PollRequest = Type.Object({ secret: Type.String({ minLength: 1, maxLength: 2_000 }) }, closed)
export const PolledLogin = Type.Object({
  status: Type.Enum(['pending', 'denied', 'expired', 'done']),
  session: Type.Optional(NewSession),
})

export const User = Type.Object({
  id: Id,
  email: Type.String(),
  issuer: Type.String(),
  createdAt: Time,
  lockedAt: Nullable(Time),
  lockedReason: Nullable(Type.String()),
  groups: Type.Array(Type.String(), { description: 'as the identity provider named them at the last login' }),
})

export const Group = Type.Object({
  name: Type.String(),
  members: Type.Integer({ description: 'users whom the identity provider put into it at their last login' }),
  bindings: Type.Integer({ description: 'those that are for it' }),
})

const lasting = { expiresAt: Nullable(Time), reason: Nullable(Type.String()) }

/** A binding, as what it is for shows it. */
export const Grant = Type.Object({
  id: Type.String({ ...Id, description: 'of the binding' }),
  role: Type.String(),
  permissions: Nullable(Type.Array(Type.String(), { description: 'instead of those of the role' })),
  racks: Pattern,
  apps: Pattern,
  ...lasting,
})

export const Token = Type.Object({
  id: Id,
  name: Type.String(),
  prefix: Nullable(Type.String({ description: 'the first characters, to recognise it by' })),
  owner: Type.Object({ kind: Owner.properties.kind, id: Id, name: Type.String() }),
  grants: Type.Array(Grant),
  rack: Nullable(Type.String()),
  sources: Sources,
  createdAt: Time,
  expiresAt: Time,
  revokedAt: Nullable(Time),
  ...lastUse,
})

export const NewToken = Type.Object({
  ...Token.properties,
  token: Type.String({ description: 'the token itself, shown only in this answer' }),
})

const warned = {
  warnings: Type.Optional(
    Type.Array(Type.String(), { description: 'what was accepted and is perhaps not meant, each in plain sentences' }),
  ),
}

/** What was made, and what the gateway warns of. */
export function withWarnings<T extends TObject>(made: T) {
  return Type.Object({ ...made.properties, ...warned } as T['properties'] & typeof warned)
}

export const HandedOverToken = Type.Object({
  ...Token.properties,
  note: Type.String({ description: 'what is left to do' }),
  rotate: Type.String({ description: 'where to POST for a new secret' }),
})

export const TokenRequest = Type.Object(
  {
    name: Type.String({ maxLength: 100 }),
    role: Type.Optional(Type.String({ maxLength: 100 })),
    permissions: Type.Optional(Permissions),
    racks: Type.Optional(Pattern),
    apps: Type.Optional(Pattern),
    rack: Type.Optional(Type.String({ maxLength: 100, description: 'the only rack that it may be used for' })),
    sources: Type.Optional(Sources),
    serviceAccount: Type.Optional(Type.String({ ...Id, description: 'the owner, instead of the caller' })),
    reason: Type.Optional(Reason),
    ...Expiry,
  },
  closed,
)

export const RotationRequest = Type.Object(
  {
    overlapHours: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 168, default: 24, description: 'how long the old token is valid, too' }),
    ),
    ...Expiry,
  },
  closed,
)

export const OwnerRequest = Type.Object({ owner: Owner }, closed)
export const LockRequest = Type.Object({ reason: Reason }, closed)
export const StoppedTokens = Type.Object({
  user: User,
  stoppedTokens: Type.Array(
    Type.Object({
      id: Id,
      name: Type.String(),
      expiresAt: Time,
      handOver: Type.String({ description: 'where to POST another owner, so that it works again' }),
    }),
  ),
})

export const ServiceAccount = Type.Object({
  id: Id,
  name: Type.String(),
  createdAt: Time,
  disabledAt: Nullable(Time),
})
export const ServiceAccountRequest = Type.Object({ name: Type.String({ maxLength: 100 }) }, closed)

const Subject = Type.Object(
  {
    kind: Type.Enum(bindingSubjects),
    id: Type.String({
      maxLength: 100,
      description: 'the id of the user, service account, API token or trust, or the name of the group',
    }),
  },
  closed,
)
export const Binding = Type.Object({
  id: Id,
  subject: Subject,
  role: Type.String(),
  permissions: Grant.properties.permissions,
  racks: Pattern,
  apps: Pattern,
  ...lasting,
  createdAt: Time,
})
export const BindingRequest = Type.Object(
  {
    subject: Subject,
    role: Type.String({ maxLength: 100 }),
    racks: Type.Optional(Pattern),
    apps: Type.Optional(Pattern),
    expiresAt: Type.Optional(Time),
    reason: Type.Optional(Reason),
  },
  closed,
)

const mostItems = 200
export const PageQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: mostItems, default: 50 })),
    cursor: Type.Optional(Type.String({ maxLength: 200, description: '`next` of the page before' })),
  },
  closed,
)
/** Groups are listed by name, and the name of one may be long. */
export const GroupPageQuery = Type.Object(
  {
    limit: PageQuery.properties.limit,
    cursor: Type.Optional(Type.String({ maxLength: 2_000, description: '`next` of the page before' })),
  },
  closed,
)
export function pageOf<T extends TSchema>(item: T) {
  return Type.Object({ items: Type.Array(item), next: Nullable(Type.String()) })
}

export type PageQuery = Static<typeof PageQuery>
