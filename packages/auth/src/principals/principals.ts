import { actorName, type Binding, type Job, type Principal } from '@rack-gateway/rbac-policy'
import * as denials from '../denial.ts'

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
  /** None where a session is only imagined. */
  readonly device?: string
  readonly expiresAt: Date
  readonly endedAt: Date | null
  readonly user: UserRecord
  /** The token that was used: when a newer one took its place, and until when it works all the same. */
  readonly superseded: { readonly at: Date; readonly until: Date } | null
}

export interface ApiTokenRecord {
  readonly kind: 'api-token'
  readonly id: string
  readonly name: string
  readonly rack: string | null
  readonly expiresAt: Date
  /** Of the secret that was used: one that a newer one replaced ends before its token does. */
  readonly secretExpiresAt: Date
  readonly revokedAt: Date | null
  /** CIDRs, separated by spaces; empty: from anywhere. */
  readonly sources?: string
  readonly bindings: readonly Binding[]
  readonly owner: UserRecord | ServiceAccountRecord
}

/** A job of a CI system that a trust let in. */
export interface WorkloadRecord {
  readonly kind: 'workload'
  readonly id: string
  readonly name: string
  readonly job: Job
  /** As its issuer calls it. */
  readonly subject: string
  readonly expiresAt: Date
  readonly endedAt: Date | null
  readonly trust: {
    readonly id: string
    readonly name: string
    readonly revokedAt: Date | null
    readonly bindings: readonly Binding[]
  }
}

/** All that is kept about a token, as found by its hash. */
export type CredentialRecord = SessionRecord | ApiTokenRecord | WorkloadRecord

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
export function principalOf(record: CredentialRecord | null, now: number): Principal | denials.AuthenticationDenial {
  if (!record) return denials.unknownToken
  switch (record.kind) {
    case 'session':
      return tokenPrincipal(record, now)
    case 'api-token':
      return secretPrincipal(record, now)
    case 'workload':
      return workloadPrincipal(record, now)
  }
}

const noGroups: readonly string[] = Object.freeze([])

/** Its id is that of this run: what one job started is not another's. */
function workloadPrincipal(workload: WorkloadRecord, now: number): Principal | denials.AuthenticationDenial {
  const { id, name, job, subject, trust, expiresAt, endedAt } = workload
  if (trust.revokedAt) return denials.revokedTrust
  if (endedAt) return denials.endedJob(endedAt.getTime())
  if (now >= expiresAt.getTime()) return denials.expiredToken('workload', expiresAt.getTime())
  return Object.freeze({
    kind: 'workload',
    id,
    name: actorName({ kind: 'workload', name }),
    credential: id,
    rack: null,
    groups: noGroups,
    bindings: current(trust.bindings, now),
    owner: null,
    job: Object.freeze({ ...job }),
    trust: Object.freeze({ id: trust.id, name: trust.name, subject }),
    expiresAt: expiresAt.getTime(),
  })
}

/** Who a session or API token is, whichever of its secrets it is asked by: what is under way belongs to the session or token. */
export function ownerOf(record: CredentialRecord | null, now: number): Principal | denials.AuthenticationDenial {
  if (record?.kind === 'session') return sessionPrincipal(record, now)
  if (record?.kind === 'api-token') return apiTokenPrincipal(record, now)
  return principalOf(record, now)
}

/** A token that a newer one replaced ends before its session does. */
function tokenPrincipal(session: SessionRecord, now: number): Principal | denials.AuthenticationDenial {
  const principal = sessionPrincipal(session, now)
  const { superseded } = session
  if (superseded === null || denials.isDenial(principal)) return principal
  const until = superseded.until.getTime()
  if (now >= until)
    return denials.withAccount(denials.supersededToken(superseded.at.getTime(), principal), principal.id)
  return Object.freeze({ ...principal, expiresAt: Math.min(principal.expiresAt, until) })
}

function sessionPrincipal(session: SessionRecord, now: number): Principal | denials.AuthenticationDenial {
  const { user, device } = session
  const refused = sessionDenial(session, now)
  if (refused !== null) return denials.withAccount(refused, user.id)
  const principal: Principal = {
    kind: 'user',
    id: user.id,
    name: user.email,
    credential: session.id,
    rack: session.rack,
    groups: Object.isFrozen(user.groups) ? user.groups : Object.freeze([...user.groups]),
    bindings: current(user.bindings, now),
    owner: null,
    expiresAt: session.expiresAt.getTime(),
  }
  return Object.freeze(device === undefined ? principal : { ...principal, device })
}

function secretPrincipal(token: ApiTokenRecord, now: number): Principal | denials.AuthenticationDenial {
  const principal = apiTokenPrincipal(token, now)
  const end = token.secretExpiresAt.getTime()
  if (denials.isDenial(principal) || end >= principal.expiresAt) return principal
  return now >= end ? denials.expiredToken('api-token', end) : Object.freeze({ ...principal, expiresAt: end })
}

function sessionDenial({ user, endedAt, expiresAt }: SessionRecord, now: number): denials.AuthenticationDenial | null {
  if (endedAt) return denials.endedSession(endedAt.getTime())
  if (user.lockedAt) return denials.lockedUser
  return now >= expiresAt.getTime() ? denials.expiredToken('session', expiresAt.getTime()) : null
}

function apiTokenPrincipal(token: ApiTokenRecord, now: number): Principal | denials.AuthenticationDenial {
  const { owner } = token
  const refused = apiTokenDenial(token, now)
  if (refused !== null) return denials.withAccount(refused, owner.id)
  const ownerName = owner.kind === 'user' ? owner.email : owner.name
  return Object.freeze({
    kind: 'api-token',
    id: token.id,
    name: actorName({ kind: 'api-token', name: token.name, owner: { kind: owner.kind, name: ownerName } }),
    credential: token.id,
    rack: token.rack,
    groups: noGroups,
    bindings: current(token.bindings, now),
    owner: Object.freeze({
      kind: owner.kind,
      id: owner.id,
      name: ownerName,
      bindings: current(owner.bindings, now),
    }),
    expiresAt: token.expiresAt.getTime(),
    ...(token.sources ? { sources: Object.freeze(token.sources.split(' ')) } : {}),
  })
}

function apiTokenDenial(
  { owner, revokedAt, expiresAt }: ApiTokenRecord,
  now: number,
): denials.AuthenticationDenial | null {
  if (revokedAt) return denials.revokedToken(revokedAt.getTime())
  if (owner.kind === 'user' && owner.lockedAt) return denials.lockedOwner
  if (owner.kind === 'service-account' && owner.disabledAt) return denials.disabledServiceAccount
  return now >= expiresAt.getTime() ? denials.expiredToken('api-token', expiresAt.getTime()) : null
}

function current(bindings: readonly Binding[], now: number): readonly Binding[] {
  const valid = bindings.filter((binding) => binding.expiresAt === null || now < binding.expiresAt)
  return Object.freeze(valid.map(frozen))
}

/** Spelled out, since a frozen copy by `...` takes four times the memory. */
function frozen({ id, role, racks, apps, expiresAt, permissions }: Binding): Binding {
  const common = { id, role, racks, apps, expiresAt }
  return Object.freeze(permissions === undefined ? common : { ...common, permissions })
}
