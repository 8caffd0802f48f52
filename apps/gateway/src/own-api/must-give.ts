import type { WantedGrant } from '@rack-gateway/rbac-policy'
import { ruled, StrongerThanYourself } from '../errors.ts'
import type { OwnCall } from './call.ts'

/** Nobody gives what they don't hold, there and for as long. @throws StrongerThanYourself */
export function mustGive(
  { policy, principal, moment }: Pick<OwnCall, 'policy' | 'principal' | 'moment'>,
  wanted: WantedGrant,
): void {
  const missing = policy.mayGive(principal, wanted, moment)
  if (missing !== null)
    throw ruled(new StrongerThanYourself(missing, 'Ask somebody who holds it themselves.'), 'stronger-than-yourself')
}
