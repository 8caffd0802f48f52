import { nearest } from '@rack-gateway/errors/nearest'
import { contains } from '@rack-gateway/rbac-policy'
import { InvalidRequest } from '../../errors/errors.ts'
import type { PrincipalCall } from '../calls/call.ts'

type Context = Pick<PrincipalCall, 'server' | 'principal' | 'moment'>

interface RacksRequest {
  readonly allowUnknownRacks?: boolean
}

/**
 * A name that is no rack is probably misspelled. A pattern is not checked, because a rack that is added later can match:
 * `rackWarnings` names those that match no rack.
 *
 * @throws InvalidRequest
 */
export function assertRacksExist(call: Context & { readonly body: RacksRequest }, patterns: readonly string[]): void {
  if (call.body.allowUnknownRacks === true) return
  for (const pattern of patterns) {
    if (pattern.includes('*')) continue
    assertRackExists(
      call,
      pattern,
      'If the rack will be added later, allow unknown racks (allowUnknownRacks, or --allow-unknown-racks).',
    )
  }
}

/** Warns of names and patterns that match no rack. */
export function rackWarnings(call: Context, patterns: readonly string[]): string[] {
  const unknown = patterns.filter((pattern) => !call.server.racks.names.some((name) => contains(pattern, name)))
  return [...new Set(unknown)].map(
    (pattern) =>
      `No rack matches ${JSON.stringify(pattern)} now. ${knownRacks(call)} The role takes effect when a matching rack is added.`,
  )
}

/** @throws InvalidRequest */
export function assertRackExists(call: Context, name: string, remedy = ''): void {
  if (call.server.racks.names.includes(name)) return
  const similar = nearest(name, ownRacks(call))
  const sentences = [similar === null ? '' : `Did you mean ${similar}?`, knownRacks(call), remedy]
  throw new InvalidRequest(
    `The rack ${JSON.stringify(name)} does not exist.`,
    sentences.filter((sentence) => sentence !== '').join(' '),
  )
}

/** Only these are named, because a caller must not learn of other racks. */
function ownRacks({ server: { policy, racks }, principal, moment }: Context): readonly string[] {
  return policy.racksOf(principal, racks.names, moment)
}

function knownRacks(call: Context): string {
  const reachable = ownRacks(call)
  return reachable.length === 0 ? 'You have no role on any rack.' : `Your racks are ${reachable.join(', ')}.`
}

export function warningsMember(warnings: readonly (string | null)[]): { readonly warnings?: string[] } {
  const some = warnings.flatMap((warning) => warning ?? [])
  return some.length === 0 ? {} : { warnings: some }
}
