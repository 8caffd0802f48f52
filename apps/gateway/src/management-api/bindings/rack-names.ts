import { contains } from '@rack-gateway/rbac-policy'
import { InvalidRequest } from '../../errors/errors.ts'
import type { PrincipalCall } from '../calls/call.ts'

type Context = Pick<PrincipalCall, 'server' | 'principal' | 'moment'>

/** Warns of patterns that match no rack. The patterns are accepted, because a rack that is added later can match. */
export function rackWarnings(call: Context, patterns: readonly string[]): string[] {
  const unknown = patterns.filter((pattern) => !call.server.racks.names.some((name) => contains(pattern, name)))
  return [...new Set(unknown)].map(
    (pattern) =>
      `No rack matches ${JSON.stringify(pattern)} now. ${knownRacks(call)} The role takes effect when a matching rack is added.`,
  )
}

/** A credential for a single rack is useless if the rack does not exist. @throws InvalidRequest */
export function assertRackExists(call: Context, name: string): void {
  if (call.server.racks.names.includes(name)) return
  throw new InvalidRequest(`The rack ${JSON.stringify(name)} does not exist.`, knownRacks(call))
}

function knownRacks({ server: { policy, racks }, principal, moment }: Context): string {
  const reachable = policy.racksOf(principal, racks.names, moment)
  return reachable.length === 0 ? 'You have no role on any rack.' : `Your racks are ${reachable.join(', ')}.`
}

export function warningsMember(warnings: readonly (string | null)[]): { readonly warnings?: string[] } {
  const some = warnings.flatMap((warning) => warning ?? [])
  return some.length === 0 ? {} : { warnings: some }
}
