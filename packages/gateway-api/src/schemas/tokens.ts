import { type Static, Type } from 'typebox'
import { BindingSummary, Reason } from './bindings.ts'
import {
  allowUnknownRacks,
  ClosedObject,
  ExtensibleEnum,
  filteredPageQuery,
  Id,
  NamePatternRequest,
  Nullable,
  namePatterns,
  searchText,
  Time,
} from './common.ts'
import { lastUse } from './sessions.ts'

const ownerKinds = ['user', 'service-account'] as const
const sources = 'addresses and networks that may use the token, such as 192.0.2.0/24; empty: every address'

const scopeOf = (what: 'racks' | 'apps') =>
  `the ${what} on which the token has its role or permissions: a name, or a pattern with *`

const expiry = {
  lifetimeSeconds: Type.Optional(
    Type.Integer({ minimum: 60, maximum: 315_360_000, description: 'seconds until the token expires' }),
  ),
  expiresAt: Type.Optional(Time),
}

export const Token = Type.Object({
  id: Id,
  name: Type.String(),
  prefix: Nullable(Type.String({ description: 'the first characters, to recognize the token by' })),
  owner: Type.Object({ kind: ExtensibleEnum(ownerKinds), id: Id, name: Type.String() }),
  bindings: Type.Array(BindingSummary),
  rack: Nullable(Type.String({ description: 'the only rack that the token is valid for' })),
  sources: Type.Array(Type.String(), { description: sources }),
  createdAt: Time,
  expiresAt: Time,
  revokedAt: Nullable(Time),
  ...lastUse,
})
export type Token = Static<typeof Token>

export const NewToken = Type.Object({
  ...Token.properties,
  token: Type.String({
    pattern: '^rgt_[0-9A-Za-z]{10,200}$',
    description: 'the token itself, shown only in this response',
  }),
})

export const HandedOverToken = Type.Object({
  ...Token.properties,
  note: Type.String({ description: 'what remains to be done' }),
  rotate: Type.String({ description: 'the path to POST to for a new secret' }),
})

export const TokenQuery = ClosedObject({
  ...filteredPageQuery('owner', '`me`, or the ID of a user or service account').properties,
  search: searchText('whose name contains this text'),
})

export const TokenRequest = ClosedObject({
  name: Type.String({ maxLength: 100 }),
  role: Type.Optional(Type.String({ maxLength: 100 })),
  permissions: Type.Optional(
    Type.Array(Type.String({ maxLength: 60 }), { minItems: 1, maxItems: 100, uniqueItems: true }),
  ),
  racks: Type.Optional(namePatterns(NamePatternRequest, scopeOf('racks'))),
  allowUnknownRacks,
  apps: Type.Optional(namePatterns(NamePatternRequest, scopeOf('apps'))),
  rack: Type.Optional(
    Type.String({
      maxLength: 100,
      description: 'the only rack that the token is valid for, even if `racks` matches other racks',
    }),
  ),
  sources: Type.Optional(Type.Array(Type.String({ maxLength: 50 }), { maxItems: 50, description: sources })),
  serviceAccount: Type.Optional(Type.String({ ...Id, description: 'the owner, instead of the caller' })),
  reason: Type.Optional(Reason),
  ...expiry,
})
export type TokenRequest = Static<typeof TokenRequest>

export const RotationRequest = ClosedObject({
  overlapSeconds: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 604_800,
      default: 86_400,
      description: 'how long the previous secret stays valid',
    }),
  ),
  ...expiry,
})

export const OwnerRequest = ClosedObject({
  owner: ClosedObject({ kind: Type.Union([Type.Literal('user'), Type.Literal('service-account')]), id: Id }),
})
