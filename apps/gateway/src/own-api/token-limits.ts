import type { ApiTokenGrant } from '@rack-gateway/auth/store'
import { onePermissionEach, type WantedGrant } from '@rack-gateway/rbac-policy'
import type { Static } from 'typebox'
import { durationInWords } from '../duration-in-words.ts'
import { InvalidRequest, ruled } from '../errors.ts'
import type { OwnCall } from './call.ts'
import { mustGive } from './must-give.ts'
import { readTime } from './read-time.ts'
import type { TokenRequest } from './schemas.ts'

const day = 86_400_000
const usualDays = 90

type Context = Pick<OwnCall, 'policy' | 'principal' | 'moment' | 'now' | 'tokenMaxAge'>

/** When a token ends, in milliseconds since the epoch. @throws InvalidRequest beyond the longest life */
export function tokenEnd(
  { now, tokenMaxAge }: Context,
  { days, expiresAt }: Pick<Static<typeof TokenRequest>, 'days' | 'expiresAt'>,
): number {
  if (days !== undefined && expiresAt !== undefined)
    throw new InvalidRequest('days and expiresAt both say when the token ends; send one of them, or none for 90 days')
  const latest = now() + tokenMaxAge
  if (days === undefined && expiresAt === undefined) return Math.min(now() + usualDays * day, latest)
  const end = expiresAt === undefined ? now() + (days ?? usualDays) * day : readTime(expiresAt)
  if (end <= latest) return end
  throw ruled(
    new InvalidRequest(
      `a token lives for at most ${durationInWords(tokenMaxAge)} here (TOKEN_MAX_AGE); choose an earlier end`,
    ),
    'token-max-age',
  )
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
    throw new InvalidRequest('a token has either a role or permissions; send one of the two')
  const what = permissions === undefined ? { role: role ?? '' } : { role: onePermissionEach, permissions }
  if (racks !== undefined || apps !== undefined || rack !== undefined) {
    const grant = { ...what, racks: racks ?? rack ?? '*', apps: apps ?? '*' }
    mustHold(call, grant, until)
    return [grant]
  }
  const everywhere = { ...what, racks: '*', apps: '*' }
  if (missing(call, everywhere, until) === null) return [everywhere]
  const held = placesOf(call).map((place) => ({ ...what, ...place }))
  const grants = held.filter((grant) => missing(call, grant, until) === null)
  if (grants.length === 0) mustHold(call, everywhere, until)
  return grants
}

/** @param until as of `wantedGrants`; what ends by itself before that is given for no longer. @throws StrongerThanYourself */
export function mustHold(call: Context, grant: ApiTokenGrant, until: number | null): void {
  mustGive(call, wantedUntil(grant, until ?? call.moment.at))
}

function wantedUntil({ role, permissions, racks, apps, expiresAt }: ApiTokenGrant, until: number): WantedGrant {
  const end = Math.min(until, expiresAt?.getTime() ?? until)
  return { role, racks, apps, until: end, ...(permissions !== undefined && { permissions }) }
}

function missing({ policy, principal, moment }: Context, grant: ApiTokenGrant, until: number | null): string | null {
  return policy.mayGive(principal, wantedUntil(grant, until ?? moment.at), moment)
}

function placesOf({ principal }: Context): { readonly racks: string; readonly apps: string }[] {
  const places = principal.bindings.map(({ racks, apps }) => ({ racks: principal.rack ?? racks, apps }))
  return [...new Map(places.map((place) => [`${place.racks} ${place.apps}`, place])).values()]
}
