import { ServerEnvironment } from '../schema/server-schema.ts'
import { readObserveUntil } from '../schema/server-values.ts'
import { descriptionOf } from '../variables/problems.ts'
import type { RackConfig } from './racks.ts'

/** The racks on which the policy is not enforced yet. */
export interface ObserveMode {
  /** Names of racks, sorted; at least one. */
  readonly racks: readonly string[]
  /** Milliseconds since the epoch. The policy is enforced from this time on, which can be in the past. */
  readonly until: number
}

/** Milliseconds. */
const maxDuration = 30 * 86_400_000

type Values = Readonly<Record<string, unknown>>

/**
 * One sentence for each setting of observe mode that is missing, too far ahead, or has no effect.
 *
 * @param complete false if racks are left out because of their own problems. Such a rack could be in observe mode.
 */
export function observeProblems(
  values: Values,
  { racks, complete, now }: { readonly racks: readonly RackConfig[]; readonly complete: boolean; readonly now: number },
): string[] {
  const { POLICY_OBSERVE_UNTIL: text } = values
  const [first] = observedRacks(values, racks)
  const expected = `it should be ${descriptionOf(ServerEnvironment, 'POLICY_OBSERVE_UNTIL')}`
  if (text === undefined)
    return first === undefined
      ? []
      : [`POLICY_OBSERVE_UNTIL is missing although the rack ${first.name} is in observe mode; ${expected}`]
  if (first === undefined && complete)
    return [
      'POLICY_OBSERVE_UNTIL has no effect, because no rack is in observe mode; set POLICY_MODE or POLICY_MODE_<NAME> to observe, or remove it',
    ]
  const enforced = sharedAddress(values, racks)
  if (enforced !== null) return [enforced]
  const until = typeof text === 'string' ? readObserveUntil(text) : null
  return until === null || until - now <= maxDuration
    ? []
    : [`POLICY_OBSERVE_UNTIL is more than 30 days ahead, which would leave the policy without effect; ${expected}`]
}

/** A rack that the gateway knows by two names would be enforced by one name only. */
function sharedAddress(values: Values, racks: readonly RackConfig[]): string | null {
  const observed = observedRacks(values, racks)
  for (const rack of observed) {
    const other = racks.find(
      ({ url, ...one }) => url.origin === rack.url.origin && !observed.some(({ name }) => name === one.name),
    )
    if (other !== undefined)
      return `the racks ${rack.name} and ${other.name} have the same URL, but only ${rack.name} is in observe mode, so nothing would be enforced on this rack; set the same POLICY_MODE_<NAME> for both`
  }
  return null
}

/** Only for values without problems. */
export function observeModeOf(values: ServerEnvironment, racks: readonly RackConfig[]): ObserveMode | null {
  const until = values.POLICY_OBSERVE_UNTIL === undefined ? null : readObserveUntil(values.POLICY_OBSERVE_UNTIL)
  const names = observedRacks(values, racks).map(({ name }) => name)
  return until === null || names.length === 0 ? null : Object.freeze({ racks: Object.freeze(names), until })
}

function observedRacks({ POLICY_MODE: mode }: Values, racks: readonly RackConfig[]): readonly RackConfig[] {
  return racks.filter(({ policyMode }) => (policyMode ?? mode) === 'observe')
}
