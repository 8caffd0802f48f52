import { type Static, type TSchema, Type } from 'typebox'

const closed = { additionalProperties: false } as const
const Time = Type.String({ format: 'date-time', description: 'RFC 3339, in UTC' })
const Id = Type.String({ format: 'uuid' })
const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const Pattern = Type.String({
  maxLength: 100,
  description: 'a name, or a pattern in which * stands for any part of a name; * alone: every one',
})
const Reason = Type.String({ minLength: 1, maxLength: 500, pattern: '^[^\\u0000-\\u001f\\u007f]+$' })
const Sources = Type.Array(Type.String({ maxLength: 50 }), {
  maxItems: 50,
  description: 'addresses and networks that it may be used from, such as 192.0.2.0/24; none: from anywhere',
})
const Permissions = Type.Array(Type.String({ maxLength: 60 }), { minItems: 1, maxItems: 100, uniqueItems: true })
const Expiry = {
  days: Type.Optional(Type.Integer({ minimum: 1, maximum: 3650, description: 'days until it ends' })),
  expiresAt: Type.Optional(Time),
}

export const Owner = Type.Object(
  { kind: Type.Union([Type.Literal('user'), Type.Literal('service-account')]), id: Id },
  closed,
)

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

export const User = Type.Object({
  id: Id,
  email: Type.String(),
  issuer: Type.String(),
  createdAt: Time,
  lockedAt: Nullable(Time),
  lockedReason: Nullable(Type.String()),
})

export const Grant = Type.Object({
  role: Type.String(),
  permissions: Nullable(Type.Array(Type.String())),
  racks: Pattern,
  apps: Pattern,
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
    kind: Type.Union([Type.Literal('user'), Type.Literal('group'), Type.Literal('service-account')]),
    id: Type.String({ maxLength: 100, description: 'the id of the user or service account, or the name of the group' }),
  },
  closed,
)
export const Binding = Type.Object({
  id: Id,
  subject: Subject,
  role: Type.String(),
  racks: Pattern,
  apps: Pattern,
  expiresAt: Nullable(Time),
  reason: Nullable(Type.String()),
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

export const Ended = Type.Object({ id: Id })

export const mostItems = 200
export const PageQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: mostItems, default: 50 })),
    cursor: Type.Optional(Type.String({ maxLength: 200, description: '`next` of the page before' })),
  },
  closed,
)
export function pageOf<T extends TSchema>(item: T) {
  return Type.Object({ items: Type.Array(item), next: Nullable(Type.String()) })
}

export type PageQuery = Static<typeof PageQuery>
