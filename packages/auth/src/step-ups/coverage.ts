import type { StepUpLevel } from '@rack-gateway/rbac-policy'

/** One call, as a user sees it before the proof. */
export interface AskedCall {
  readonly rack: string | null
  readonly app: string | null
  /** The ID of a route or endpoint. */
  readonly route: string
  readonly command: readonly string[] | null
  /** Only of planned calls. */
  readonly planned?: PlannedDetails
}

export interface PlannedDetails {
  /** A value of null is one that only the command knows. */
  readonly parameters: readonly AskedParameter[]
  /** Whether the call can have other parameters. */
  readonly otherParameters: boolean
  /** How often the proof can be used for the call; null: any number of times. */
  readonly times: number | null
}

export interface AskedParameter {
  readonly name: string
  readonly value: string | null
}

/**
 * The calls that a proof is for:
 *
 * - `recent`: all calls of the session that accept a proof of this age. Each call has its own maximum age. `within` is
 *   the maximum age for the call that asked, in milliseconds.
 * - `call`: one call, by the digest of what it does.
 * - `command`: the planned calls of one command.
 */
export type Coverage =
  | { readonly kind: 'recent'; readonly within: number }
  | { readonly kind: 'call'; readonly digest: string }
  | { readonly kind: 'command'; readonly calls: readonly CoveredCall[] }

/** A planned call. The values are keyed hashes, because they can contain secrets. */
export interface CoveredCall extends Pick<AskedCall, 'rack' | 'app' | 'route'> {
  /** Of the words of its command; null covers every command. */
  readonly command: string | null
  /** Path parameters. Only those that are named are compared. */
  readonly params: CoveredValues
  /** Null covers all parameters of the kind. */
  readonly parameters: Readonly<Record<ParameterKind, CoveredValues | null>>
  /** How many calls; null for any number. */
  readonly times: number | null
}

/** Headers have lowercase names. */
export const parameterKinds = ['query', 'form', 'headers'] as const
export type ParameterKind = (typeof parameterKinds)[number]

/** By name. A value of null covers every value. A name that is missing is not covered. Each value that is not null must be sent. */
export type CoveredValues = Readonly<Record<string, string | null>>

export interface CallToProve extends Pick<CoveredCall, 'rack' | 'app' | 'route' | 'command'> {
  /** Hashes of what the call does, hex. A proof for one of these digests is a proof for the call. */
  readonly digests: readonly string[]
  readonly params: ReadonlyMap<string, string>
  readonly parameters: Readonly<Record<ParameterKind, ReadonlyMap<string, string>>>
  /** The keyed hash of a value. */
  readonly hashOf: (value: string) => string
}

/** The coverage that a denied call asks for. @param digest one of the call's digests */
export function coverageFor(level: StepUpLevel, digest: string): Coverage {
  return level.kind === 'recent' ? { kind: 'recent', within: level.within } : { kind: 'call', digest }
}

/** The position of the first planned call that covers the call and can still be used; -1 without one. @param uses by position */
export function coveringPosition(
  { calls }: Extract<Coverage, { kind: 'command' }>,
  uses: readonly number[],
  call: CallToProve,
): number {
  return calls.findIndex(
    (one, position) => (one.times === null || (uses[position] ?? 0) < one.times) && isCovered(one, call),
  )
}

function isCovered(
  covered: CoveredCall,
  { rack, app, route, command, params, parameters, hashOf }: CallToProve,
): boolean {
  return (
    covered.route === route &&
    covered.rack === rack &&
    covered.app === app &&
    (covered.command === null || covered.command === command) &&
    Object.entries(covered.params).every(([name, value]) => value === null || isValue(value, params.get(name))) &&
    parameterKinds.every((kind) => areCovered(covered.parameters[kind], parameters[kind]))
  )

  function areCovered(values: CoveredValues | null, sent: ReadonlyMap<string, string>): boolean {
    if (values === null) return true
    if (Object.entries(values).some(([name, value]) => value !== null && !sent.has(name))) return false
    return [...sent].every(([name, value]) => {
      const expected = Object.hasOwn(values, name) ? values[name] : undefined
      return expected === null || (expected !== undefined && isValue(expected, value))
    })
  }

  function isValue(expected: string, value: string | undefined): boolean {
    return value !== undefined && hashOf(value) === expected
  }
}
