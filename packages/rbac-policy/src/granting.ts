import { compilePattern } from '@rack-gateway/command-matcher'
import type { Binding, Policy, Principal } from './types.ts'

/** What somebody wants to give to somebody else. */
export interface Grantable {
  readonly role: string
  /** Patterns. */
  readonly racks: string
  readonly apps: string
}

/**
 * Why somebody may not give this, or null. Who gives it must hold the same role, or one that has everything, wherever it would
 * count and without an end. A role with the same permissions isn't enough: command rules go by roles' names.
 */
export function grantProblem(
  policy: Pick<Policy, 'roles'>,
  giver: Principal,
  { role, racks, apps }: Grantable,
): string | null {
  if (!policy.roles.has(role)) return `there is no role ${JSON.stringify(role)} in the policy`
  const holds = (binding: Binding) => binding.role === role || policy.roles.get(binding.role)?.permissions.includes('*')
  const isWide = (binding: Binding) => covers(binding.racks, racks) && covers(binding.apps, apps)
  const isBound = giver.rack !== null && giver.rack !== racks
  if (!isBound && giver.bindings.some((binding) => binding.expiresAt === null && holds(binding) && isWide(binding)))
    return null
  return `you do not hold ${role} for good on the racks ${racks} and the apps ${apps}`
}

/** Whether every name that `narrow` matches is matched by `wide`: a star of the one must stand for the other's. */
function covers(wide: string, narrow: string): boolean {
  return compilePattern(wide)(narrow)
}
