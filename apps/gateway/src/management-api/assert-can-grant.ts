import type { WantedGrant } from '@rack-gateway/rbac-policy'
import { InvalidRequest, ruled, StrongerThanYourself } from '../errors.ts'
import type { OwnCall } from './call.ts'

/** Nobody gives what they don't hold, there and for as long, nor what there isn't. @throws StrongerThanYourself, InvalidRequest */
export function mustGive(
  { policy, principal, moment }: Pick<OwnCall, 'policy' | 'principal' | 'moment'>,
  wanted: WantedGrant,
  as: 'role' | 'token' = 'role',
): void {
  const withheld = policy.mayGive(principal, wanted, moment)
  if (withheld === null) return
  const { cause, reason, next } = withheld
  if (cause === 'unknown') throw new InvalidRequest(reason, next)
  const because = `You can't ${givingWords(wanted, as)} because ${reason}.`
  throw ruled(new StrongerThanYourself(because, next), 'stronger-than-yourself')
}

function givingWords({ role, permissions }: WantedGrant, as: 'role' | 'token'): string {
  if (permissions !== undefined) return as === 'token' ? 'create this token' : 'grant these permissions'
  return as === 'token' ? `create ${/^[aeiou]/.test(role) ? 'an' : 'a'} ${role} token` : `grant the role ${role}`
}
