import type { Moment, PolicyScope, Principal } from '../model/types.ts'
import type { Policy } from './policy.ts'

/** The visible part of an environment: all values, all except secrets, or only names. */
export type EnvironmentVisibility = 'shown' | 'secrets-hidden' | 'hidden'

export interface Visibility {
  /** Whether secret values of environments, parameters, configs, and resources are visible. */
  readonly secrets: boolean
  readonly environment: EnvironmentVisibility
}

export function visibilityOf(
  policy: Pick<Policy, 'hasPermission'>,
  principal: Principal,
  scope: PolicyScope,
  moment: Moment,
): Visibility {
  const has = (permission: string) => policy.hasPermission(principal, permission, scope, moment)
  if (has('secret:read')) return { secrets: true, environment: 'shown' }
  return { secrets: false, environment: has('env:read') ? 'secrets-hidden' : 'hidden' }
}
