import { actorName, type Binding, type Grant, type Job, type Principal } from '@rack-gateway/rbac-policy'
import * as denials from '../errors/denial.ts'

export interface UserRecord {
  readonly kind: 'user'
  readonly id: string
  readonly email: string
  readonly lockedAt: Date | null
  readonly groups: readonly string[]
  readonly hasSecondFactor: boolean
  /** Bindings of the user and of the user's groups. */
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
  /** The only rack that the session is valid for, or null for all. */
  readonly rack: string | null
  /** Missing for the session that `findUserPrincipal` assumes. */
  readonly device?: string
  readonly expiresAt: Date
  readonly endedAt: Date | null
  readonly user: UserRecord
  /** The grants of the user. Only sessions have them: API tokens of the same user do not. Default: none. */
  readonly grants?: readonly Grant[]
  /** When a newer token replaced the sent one, and until when the sent one stays valid. Null for the newest token. */
  readonly superseded: { readonly at: Date; readonly until: Date } | null
}

export interface ApiTokenRecord {
  readonly kind: 'api-token'
  readonly id: string
  readonly name: string
  readonly rack: string | null
  readonly expiresAt: Date
  /** The expiry of the secret that was sent. After a rotation, the previous secret expires before the token. */
  readonly secretExpiresAt: Date
  readonly revokedAt: Date | null
  /** CIDRs, separated by spaces. Empty: valid from any address. */
  readonly sources?: string
  readonly bindings: readonly Binding[]
  readonly owner: UserRecord | ServiceAccountRecord
}

/** A job of a CI system that a trust admitted. */
export interface WorkloadRecord {
  readonly kind: 'workload'
  readonly id: string
  readonly name: string
  readonly job: Job
  /** The claim `sub` of the OIDC token. */
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

export type CredentialRecord = SessionRecord | ApiTokenRecord | WorkloadRecord

export interface Directory {
  /** Needs one round trip. @param hash SHA-256 of the token, 32 bytes */
  find(hash: Buffer): Promise<CredentialRecord | null>
}

/**
 * @param record null for an unknown token
 * @param now milliseconds since the epoch; expired bindings are left out
 * @returns a denial, or a deeply frozen principal, which all calls with the same token share
 */
export function principalOf(record: CredentialRecord | null, now: number): Principal | denials.AuthenticationDenial {
  if (!record) return denials.unknownToken
  switch (record.kind) {
    case 'session':
      return principalForSessionToken(record, now)
    case 'api-token':
      return principalForApiTokenSecret(record, now)
    case 'workload':
      return workloadPrincipal(record, now)
  }
}

const noGroups: readonly string[] = Object.freeze([])

/** The principal has the ID of the workload session, so that a job does not own the processes of another job. */
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
    bindings: currentBindings(trust.bindings, now),
    owner: null,
    job: Object.freeze({ ...job }),
    trust: Object.freeze({ id: trust.id, name: trust.name, subject }),
    expiresAt: expiresAt.getTime(),
  })
}

/** Ignores the expiry of the secret, because a live stream belongs to the session or API token, not to one secret. */
export function principalOfCredential(
  record: CredentialRecord | null,
  now: number,
): Principal | denials.AuthenticationDenial {
  if (record?.kind === 'session') return sessionPrincipal(record, now)
  if (record?.kind === 'api-token') return apiTokenPrincipal(record, now)
  return principalOf(record, now)
}

/** A replaced token expires before its session. */
function principalForSessionToken(session: SessionRecord, now: number): Principal | denials.AuthenticationDenial {
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
  const grants = currentGrants(session.grants ?? [], now)
  const denial = sessionDenial(session, now)
  if (denial !== null) return denials.withAccount(denial, user.id)
  const principal: Principal = {
    kind: 'user',
    id: user.id,
    name: user.email,
    credential: session.id,
    rack: session.rack,
    groups: Object.isFrozen(user.groups) ? user.groups : Object.freeze([...user.groups]),
    bindings: currentBindings(user.bindings, now),
    owner: null,
    expiresAt: session.expiresAt.getTime(),
    ...(device !== undefined && { device }),
    secondFactor: user.hasSecondFactor,
    ...(grants.length > 0 && { grants }),
  }
  return Object.freeze(principal)
}

function principalForApiTokenSecret(token: ApiTokenRecord, now: number): Principal | denials.AuthenticationDenial {
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
  const denial = apiTokenDenial(token, now)
  if (denial !== null) return denials.withAccount(denial, owner.id)
  const ownerName = owner.kind === 'user' ? owner.email : owner.name
  return Object.freeze({
    kind: 'api-token',
    id: token.id,
    name: actorName({ kind: 'api-token', name: token.name, owner: { kind: owner.kind, name: ownerName } }),
    credential: token.id,
    rack: token.rack,
    groups: noGroups,
    bindings: currentBindings(token.bindings, now),
    owner: Object.freeze({
      kind: owner.kind,
      id: owner.id,
      name: ownerName,
      bindings: currentBindings(owner.bindings, now),
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

function currentBindings(bindings: readonly Binding[], now: number): readonly Binding[] {
  const valid = bindings.filter((binding) => binding.expiresAt === null || now < binding.expiresAt)
  return Object.freeze(valid.map(freezeBinding))
}

/** Lists the fields, because a frozen copy by `...` takes much more memory. */
function freezeBinding({ id, role, racks, apps, expiresAt, permissions }: Binding): Binding {
  const common = { id, role, racks, apps, expiresAt }
  return Object.freeze(permissions === undefined ? common : { ...common, permissions })
}

/** Includes grants that start later, because the principal can be cached until then. */
function currentGrants(grants: readonly Grant[], now: number): readonly Grant[] {
  return Object.freeze(grants.filter(({ expiresAt }) => now < expiresAt).map(freezeGrant))
}

function freezeGrant({ id, rule, role, racks, apps, startsAt, expiresAt, startsWithUse }: Grant): Grant {
  const patterns = { racks: Object.freeze([...racks]), apps: Object.freeze([...apps]) }
  return Object.freeze({ id, rule, role, ...patterns, startsAt, expiresAt, startsWithUse })
}
