import type { ApiTokenGrant } from '@rack-gateway/auth/store'
import { durationInWords } from '@rack-gateway/config/duration'
import { onePermissionEach, type TokenLimit, tokenLimit, type WantedGrant } from '@rack-gateway/rbac-policy'
import type { Static } from 'typebox'
import { InvalidRequest, refusedBy } from '../errors.ts'
import { mustGive } from './assert-can-grant.ts'
import type { OwnCall } from './call.ts'
import { readExpiry } from './read-expiry.ts'
import type { TokenRequest } from './schemas.ts'

const day = 86_400_000

type Context = Pick<OwnCall, 'policy' | 'principal' | 'moment' | 'now'>

interface WantedEnd {
  readonly days?: number
  readonly expiresAt?: string
}

/** When a token ends that gives these without an end of their own, in milliseconds since the epoch. @throws InvalidRequest beyond the longest life */
export function tokenEnd(
  call: Context,
  { days, expiresAt }: WantedEnd,
  grants: readonly Pick<ApiTokenGrant, 'role' | 'permissions'>[],
): number {
  const { now, policy } = call
  if (days !== undefined && expiresAt !== undefined)
    throw new InvalidRequest(
      'days and expiresAt both say when the token ends',
      'send one of them, or none for the usual life',
    )
  const { document } = policy
  const limit = tokenLimit(document, grants)
  if (days === undefined && expiresAt === undefined) return now() + Math.min(document.tokens.defaultAge, limit.maxAge)
  const end = expiresAt === undefined ? now() + (days ?? 0) * day : readExpiry(expiresAt)
  if (end <= now() + limit.maxAge) return end
  throw tooLong(policy, limit, 'Choose an earlier end.')
}

/** What a token is given later, or takes to another owner, lasts no longer than a new token with it would. @throws InvalidRequest */
export function mustLastNoLonger(
  { now, policy }: Context,
  { grant, end, next }: { readonly grant: ApiTokenGrant; readonly end: number; readonly next: string },
): void {
  const limit = tokenLimit(policy.document, [grant])
  const last = Math.min(end, grant.expiresAt?.getTime() ?? end)
  if (last > now() + limit.maxAge) throw tooLong(policy, limit, next)
}

function tooLong({ hash }: OwnCall['policy'], { maxAge, rule, source }: TokenLimit, next: string): Error {
  const reason = `An API token may do this for at most ${durationInWords(maxAge)}.`
  return refusedBy(InvalidRequest, { rule, source, reason, next, policy: hash }, `${rule}, ${source}`)
}

/**
 * What a new token may do. Without patterns: everything that is asked for, wherever the maker holds it.
 *
 * @param until when what is given ends, where it isn't cut to its maker's own bindings at each call; else null
 */
export function wantedGrants(
  call: Context,
  { role, permissions, racks, apps, rack }: Static<typeof TokenRequest>,
  until: number | null,
): readonly ApiTokenGrant[] {
  if ((role === undefined) === (permissions === undefined))
    throw new InvalidRequest('a token has either a role or permissions', 'send one of the two')
  const what = grantWords({ role, permissions })
  if (racks !== undefined || apps !== undefined || rack !== undefined) {
    const grant = { ...what, racks: racks ?? rack ?? '*', apps: apps ?? '*' }
    mustHold(call, grant, until)
    return [grant]
  }
  const everywhere = { ...what, racks: '*', apps: '*' }
  if (mayGive(call, everywhere, until)) return [everywhere]
  const held = placesOf(call).map((place) => ({ ...what, ...place }))
  const grants = held.filter((grant) => mayGive(call, grant, until))
  if (grants.length === 0) mustHold(call, everywhere, until)
  return grants
}

/** What a token gives, wherever. */
export function grantWords({
  role,
  permissions,
}: Pick<Static<typeof TokenRequest>, 'role' | 'permissions'>): Pick<ApiTokenGrant, 'role' | 'permissions'> {
  return permissions === undefined ? { role: role ?? '' } : { role: onePermissionEach, permissions }
}

/** @param until as of `wantedGrants`; what ends by itself before that is given for no longer. @throws StrongerThanYourself */
export function mustHold(call: Context, grant: ApiTokenGrant, until: number | null): void {
  mustGive(call, wantedUntil(grant, until ?? call.moment.at), 'token')
}

function wantedUntil({ role, permissions, racks, apps, expiresAt }: ApiTokenGrant, until: number): WantedGrant {
  const end = Math.min(until, expiresAt?.getTime() ?? until)
  return { role, racks, apps, until: end, ...(permissions !== undefined && { permissions }) }
}

function mayGive({ policy, principal, moment }: Context, grant: ApiTokenGrant, until: number | null): boolean {
  return policy.mayGive(principal, wantedUntil(grant, until ?? moment.at), moment) === null
}

function placesOf({ principal }: Context): { readonly racks: string; readonly apps: string }[] {
  const places = principal.bindings.map(({ racks, apps }) => ({ racks: principal.rack ?? racks, apps }))
  return [...new Map(places.map((place) => [`${place.racks} ${place.apps}`, place])).values()]
}
