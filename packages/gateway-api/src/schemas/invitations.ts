import { type Static, Type } from 'typebox'
import { Reason } from './bindings.ts'
import {
  allowUnknownRacks,
  ClosedObject,
  ExtensibleEnum,
  Id,
  NamePattern,
  NamePatternRequest,
  Nullable,
  Time,
} from './common.ts'

const issuer = 'the identity provider at which the person must log in'
const states = ['open', 'redeemed', 'denied', 'revoked', 'expired'] as const

export const Invitation = Type.Object({
  id: Id,
  email: Type.String(),
  issuer: Type.String({ description: issuer }),
  bindings: Type.Array(
    Type.Object({ role: Type.String(), racks: NamePattern, apps: NamePattern, expiresAt: Nullable(Time) }),
    { description: 'the roles that the person gets at the first login' },
  ),
  reason: Nullable(Type.String()),
  state: ExtensibleEnum(
    states,
    'redeemed: the person logged in and got the roles; denied: at that login, the inviter could no longer grant them',
  ),
  invitedBy: Type.Object({ id: Id, email: Type.String() }),
  createdAt: Time,
  expiresAt: Time,
  endedAt: Nullable(Time),
  userId: Nullable(Type.String({ ...Id, description: 'the user whose first login ended the invitation' })),
})
export type Invitation = Static<typeof Invitation>

export const InvitationRequest = ClosedObject({
  email: Type.String({ maxLength: 254 }),
  issuer: Type.Optional(
    Type.String({
      maxLength: 300,
      pattern: '^https?://[\\x21-\\x7e]+$',
      description: `${issuer}; default: the identity provider of this gateway`,
    }),
  ),
  bindings: Type.Array(
    ClosedObject({
      role: Type.String({ maxLength: 100 }),
      racks: Type.Optional(NamePatternRequest),
      apps: Type.Optional(NamePatternRequest),
      expiresAt: Type.Optional(Time),
    }),
    { minItems: 1, maxItems: 20 },
  ),
  allowUnknownRacks,
  lifetimeSeconds: Type.Optional(
    Type.Integer({
      minimum: 60,
      maximum: 7_776_000,
      default: 1_209_600,
      description: 'seconds until the invitation expires',
    }),
  ),
  reason: Type.Optional(Reason),
})
export type InvitationRequest = Static<typeof InvitationRequest>
