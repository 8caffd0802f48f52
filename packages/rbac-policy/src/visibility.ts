import type { Policy } from './policy.ts'
import type { Moment, PolicyScope, Principal } from './types.ts'

/** The visible part of an environment: all values, all except secrets, or only names. */
export type EnvironmentSight = 'shown' | 'secrets-hidden' | 'hidden'

/** What a principal may see in a scope. */
export interface Visibility {
  /** Whether they see what is secret: of environments, parameters, configs and resources. */
  readonly secrets: boolean
  readonly environment: EnvironmentSight
}

/** By what they hold there. */
export function visibilityOf(
  policy: Pick<Policy, 'holds'>,
  principal: Principal,
  place: PolicyScope,
  moment: Moment,
): Visibility {
  const may = (permission: string) => policy.holds(principal, permission, place, moment)
  if (may('secret:read')) return { secrets: true, environment: 'shown' }
  return { secrets: false, environment: may('env:read') ? 'secrets-hidden' : 'hidden' }
}
