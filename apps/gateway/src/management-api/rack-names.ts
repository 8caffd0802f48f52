import { contains } from '@rack-gateway/rbac-policy'
import { InvalidRequest } from '../errors.ts'
import type { OwnCall } from './call.ts'

type Context = Pick<OwnCall, 'policy' | 'principal' | 'moment' | 'racks'>

/** A pattern can be for racks that are added later, so one that matches none is accepted with a warning. */
export function rackWarnings(call: Context, patterns: readonly string[]): string[] {
  const unknown = patterns.filter((pattern) => !call.racks.names.some((name) => contains(pattern, name)))
  return [...new Set(unknown)].map(
    (pattern) =>
      `No rack matches ${JSON.stringify(pattern)} now. ${knownRacks(call)} The role takes effect on racks that are added later and match.`,
  )
}

/** A credential for one rack is of no use where there is no such rack, so its name is a mistake. @throws InvalidRequest */
export function mustBeRack(call: Context, name: string): void {
  if (call.racks.names.includes(name)) return
  throw new InvalidRequest(`There is no rack ${JSON.stringify(name)}.`, knownRacks(call))
}

function knownRacks({ policy, principal, moment, racks }: Context): string {
  const reachable = policy.racksOf(principal, racks.names, moment)
  return reachable.length === 0 ? 'You have no role on any rack.' : `Your racks are ${reachable.join(', ')}.`
}

/** The member of an answer, where there is something to warn of. */
export function warned(warnings: readonly (string | null)[]): { readonly warnings?: string[] } {
  const some = warnings.flatMap((warning) => warning ?? [])
  return some.length === 0 ? {} : { warnings: some }
}
