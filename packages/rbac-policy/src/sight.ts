import type { Policy } from './policy.ts'
import type { Moment, Place, Principal } from './types.ts'

/** What somebody sees of an environment: all of it, what isn't secret, or names alone. */
export type EnvironmentSight = 'shown' | 'secrets-hidden' | 'hidden'

/** What somebody sees of values at a place. */
export interface Sight {
  /** Whether they see what is secret: of environments, parameters, configs and resources. */
  readonly secrets: boolean
  readonly environment: EnvironmentSight
}

/** By what they hold there. */
export function sightOf(policy: Pick<Policy, 'holds'>, principal: Principal, place: Place, moment: Moment): Sight {
  const may = (permission: string) => policy.holds(principal, permission, place, moment)
  if (may('secret:read')) return { secrets: true, environment: 'shown' }
  return { secrets: false, environment: may('env:read') ? 'secrets-hidden' : 'hidden' }
}
