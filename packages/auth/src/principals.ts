import type { Binding, Principal } from '@rack-gateway/rbac-policy'
import * as refusals from './refusal.ts'

export interface UserRecord {
  readonly kind: 'user'
  readonly id: string
  readonly email: string
  readonly lockedAt: Date | null
  readonly groups: readonly string[]
  /** Its own and those of its groups. */
  readonly bindings: readonly Binding[]
}

export interface ServiceAccountRecord {
  readonly kind: 'service-account'
  readonly id: string
  readonly name: string
  readonly disabledAt: Date | null
  readonly bindings: readonly Binding[]
}

export interface SessionRecord {
  readonly kind: 'session'
  readonly id: string
  /** The only rack it may be used for, or null for all. */
  readonly rack: string | null
  readonly expiresAt: Date
  readonly endedAt: Date | null
  readonly user: UserRecord
}

export interface ApiTokenRecord {
  readonly kind: 'api-token'
  readonly id: string
  readonly name: string
  readonly rack: string | null
  readonly expiresAt: Date
  readonly revokedAt: Date | null
  readonly bindings: readonly Binding[]
  readonly owner: UserRecord | ServiceAccountRecord
}

/** All that is kept about a token, as found by its hash. */
export type CredentialRecord = SessionRecord | ApiTokenRecord

/** Where tokens are looked up. */
export interface Directory {
  /** One round trip. @param hash SHA-256 of the token, 32 bytes */
  find(hash: Buffer): Promise<CredentialRecord | null>
}

/**
 * Who a record stands for, or why it doesn't let anybody in.
 *
 * @param record null when nothing is kept for a token
 * @param now milliseconds since the epoch; bindings that have ended by then are left out
 * @returns frozen all the way down: it is shared by all calls of the same token
 */
export function principalOf(record: CredentialRecord | null, now: number): Principal | refusals.Refusal {
  if (!record) return refusals.unknownToken
  return record.kind === 'session' ? sessionPrincipal(record, now) : apiTokenPrincipal(record, now)
}

function sessionPrincipal(session: SessionRecord, now: number): Principal | refusals.Refusal {
  const { user } = session
  if (session.endedAt) return refusals.endedSession(session.endedAt.getTime())
  if (user.lockedAt) return refusals.lockedUser
  if (now >= session.expiresAt.getTime()) return refusals.expiredToken('session', session.expiresAt.getTime())
  return Object.freeze({
    kind: 'user',
    id: user.id,
    name: user.email,
    credential: session.id,
    rack: session.rack,
    groups: Object.freeze([...user.groups]),
    bindings: current(user.bindings, now),
    owner: null,
    expiresAt: session.expiresAt.getTime(),
  })
}

function apiTokenPrincipal(token: ApiTokenRecord, now: number): Principal | refusals.Refusal {
  const { owner } = token
  if (token.revokedAt) return refusals.revokedToken(token.revokedAt.getTime())
  if (owner.kind === 'user' && owner.lockedAt) return refusals.lockedOwner
  if (owner.kind === 'service-account' && owner.disabledAt) return refusals.disabledServiceAccount
  if (now >= token.expiresAt.getTime()) return refusals.expiredToken('api-token', token.expiresAt.getTime())
  return Object.freeze({
    kind: 'api-token',
    id: token.id,
    name: token.name,
    credential: token.id,
    rack: token.rack,
    groups: Object.freeze([]),
    bindings: current(token.bindings, now),
    owner: Object.freeze({
      kind: owner.kind,
      id: owner.id,
      name: owner.kind === 'user' ? owner.email : owner.name,
      bindings: current(owner.bindings, now),
    }),
    expiresAt: token.expiresAt.getTime(),
  })
}

function current(bindings: readonly Binding[], now: number): readonly Binding[] {
  const valid = bindings.filter((binding) => binding.expiresAt === null || now < binding.expiresAt)
  return Object.freeze(valid.map((binding) => Object.freeze({ ...binding })))
}
