import type { WantedGrant } from '@rack-gateway/rbac-policy'
import { InvalidRequest, ruled, StrongerThanYourself } from '../errors.ts'
import type { OwnCall } from './call.ts'

/** Nobody gives what they don't hold, there and for as long, nor what there isn't. @throws StrongerThanYourself, InvalidRequest */
export function mustGive(
  { policy, principal, moment }: Pick<OwnCall, 'policy' | 'principal' | 'moment'>,
  wanted: WantedGrant,
): void {
  const withheld = policy.mayGive(principal, wanted, moment)
  if (withheld === null) return
  const { cause, reason, next } = withheld
  if (cause === 'unknown') throw new InvalidRequest(reason, next)
  throw ruled(new StrongerThanYourself(reason, next), 'stronger-than-yourself')
}
