import type { StepUpLevel } from '@rack-gateway/rbac-policy'

/** One call, as a user sees it before the proof. */
export interface AskedCall {
  readonly rack: string | null
  readonly app: string | null
  /** The ID of a route or endpoint. */
  readonly route: string
  readonly command: readonly string[] | null
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

/** A planned call. */
export interface CoveredCall extends Pick<AskedCall, 'rack' | 'app' | 'route'> {
  /** The keyed hash of the words of its command, because they can contain secrets. Null covers every command. */
  readonly command: string | null
}

export interface CallToProve extends CoveredCall {
  /** Hashes of what the call does, hex. A proof for one of these digests is a proof for the call. */
  readonly digests: readonly string[]
}

/** The coverage that a denied call asks for. @param digest one of the call's digests */
export function coverageFor(level: StepUpLevel, digest: string): Coverage {
  return level.kind === 'recent' ? { kind: 'recent', within: level.within } : { kind: 'call', digest }
}

export function coversCommandCall(
  { calls }: Extract<Coverage, { kind: 'command' }>,
  { rack, app, route, command }: CallToProve,
): boolean {
  return calls.some(
    (one) =>
      one.route === route && one.rack === rack && one.app === app && (one.command === null || one.command === command),
  )
}
