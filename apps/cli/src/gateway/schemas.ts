import { type Static, Type } from 'typebox'
import { Nullable } from '../nullable.ts'

const Id = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$', description: 'a UUID' })
const Time = Type.String({ description: 'RFC 3339' })
const Pattern = Type.String({ description: 'a name, or a pattern with *' })

export const User = Type.Object({
  id: Id,
  email: Type.String(),
  issuer: Type.String({ description: 'of the identity provider' }),
  createdAt: Time,
  lockedAt: Nullable(Time),
  lockedReason: Nullable(Type.String()),
  groups: Type.Array(Type.String(), { description: 'as of the last login' }),
})
export type User = Static<typeof User>

export const Group = Type.Object({
  name: Type.String(),
  members: Type.Integer(),
  bindings: Type.Integer({ description: 'those that are for it' }),
})

export const ServiceAccount = Type.Object({
  id: Id,
  name: Type.String(),
  createdAt: Time,
  disabledAt: Nullable(Time),
})
export type ServiceAccount = Static<typeof ServiceAccount>

const Lasting = { expiresAt: Nullable(Time), reason: Nullable(Type.String()) }

export const Grant = Type.Object({
  id: Type.String({ description: 'of the binding' }),
  role: Type.String(),
  permissions: Nullable(Type.Array(Type.String(), { description: 'instead of those of the role' })),
  racks: Pattern,
  apps: Pattern,
  ...Lasting,
})
export type Grant = Static<typeof Grant>

export const Token = Type.Object({
  id: Id,
  name: Type.String(),
  prefix: Nullable(Type.String({ description: 'the first characters, to recognise it by' })),
  owner: Type.Object({
    kind: Type.String({ description: 'user or service-account' }),
    id: Type.String(),
    name: Type.String(),
  }),
  grants: Type.Array(Grant),
  rack: Nullable(Type.String({ description: 'the only one that it may be used for' })),
  sources: Type.Array(Type.String(), { description: 'addresses and networks; none: from anywhere' }),
  createdAt: Time,
  expiresAt: Time,
  revokedAt: Nullable(Time),
  lastUsedAt: Nullable(Time),
  lastUsedFrom: Nullable(Type.String()),
})
export type Token = Static<typeof Token>

const Warnings = {
  warnings: Type.Optional(
    Type.Array(Type.String(), { description: 'what the gateway accepted and is perhaps not meant' }),
  ),
}

export const NewToken = Type.Object({
  ...Token.properties,
  ...Warnings,
  token: Type.String({ pattern: '^rgt_[0-9A-Za-z]{10,200}$', description: 'the token itself, shown only now' }),
})
export type NewToken = Static<typeof NewToken>

export const HandedOverToken = Type.Object({
  ...Token.properties,
  note: Type.String({ description: 'what is left to do' }),
})

export const LockedUser = Type.Object({
  user: User,
  stoppedTokens: Type.Array(Type.Object({ id: Id, name: Type.String(), expiresAt: Time })),
})

const subject = {
  kind: Type.String({ description: 'user, group, service-account, api-token or trust' }),
  id: Type.String(),
}

export const Binding = Type.Object({
  id: Id,
  subject: Type.Object(subject),
  role: Type.String(),
  permissions: Grant.properties.permissions,
  racks: Pattern,
  apps: Pattern,
  ...Lasting,
  createdAt: Time,
  ...Warnings,
})
export type Binding = Static<typeof Binding>

/** As the API has it, with a name that a person knows. */
export const NamedBinding = Type.Object({
  ...Binding.properties,
  subject: Type.Object({
    ...subject,
    name: Nullable(Type.String({ description: 'e-mail address or name; null where it isn’t known' })),
  }),
})
export type NamedBinding = Static<typeof NamedBinding>

const Scalar = Type.Union([Type.String(), Type.Integer(), Type.Boolean()])
const Condition = Type.Object({
  claim: Type.String(),
  equals: Type.Optional(Scalar),
  oneOf: Type.Optional(Type.Array(Scalar)),
  pattern: Type.Optional(Type.String()),
  empty: Type.Optional(Type.Boolean()),
})

export const Trust = Type.Object({
  id: Id,
  name: Type.String(),
  issuer: Type.String(),
  audience: Type.String(),
  conditions: Type.Array(Condition, { description: 'all of them must hold' }),
  maxAgeSeconds: Type.Integer(),
  grants: Type.Array(Grant),
  createdAt: Time,
  createdBy: Type.String(),
  revokedAt: Nullable(Time),
  ...Warnings,
})
export type Trust = Static<typeof Trust>
