import type { Decision, Principal, RackCall } from '../types.ts'
import { createAsked, none, type PackageCounts, type SharedContext } from './asked-package.ts'
import type { Stopwatch } from './evaluate.ts'
import type { LoadedPackage } from './loaded-package.ts'
import { packageCallOf, packagePrincipalOf } from './package-call.ts'
import type { PackagesLog } from './packages-log.ts'
import type { CallContext, Objection } from './types.ts'

export type Allowed = Extract<Decision, { effect: 'allow' }>

/** One call that the policy permits. */
export interface Permitted {
  readonly principal: Principal
  readonly call: RackCall
  readonly decision: Allowed
}

/** What the packages make of a call that is under way. */
export interface Review {
  /** That of a package, or null where nothing stands against it. */
  readonly objection: Decision | null
  /** Whether a package could not say: the call may go on for a while. */
  readonly unclear: boolean
}

/** All packages of a gateway, in the order in which they are asked. */
export interface PolicyPackages {
  readonly loaded: readonly LoadedPackage[]
  /** The decision as it is, or the first objection. A package that fails objects. */
  narrow(permitted: Permitted): Promise<Decision>
  /** Asks again about a call that is under way. Those that don't answer at once are left out where only `synchronous` ones are asked. */
  review(permitted: Permitted, asked: 'all' | 'synchronous'): Promise<Review>
  counts(name: string): PackageCounts
}

export interface PolicyPackagesOptions {
  readonly loaded: readonly LoadedPackage[]
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly elapsed?: Stopwatch
  readonly log: PackagesLog
}

export function createPolicyPackages({
  loaded,
  now,
  elapsed = () => performance.now(),
  log,
}: PolicyPackagesOptions): PolicyPackages {
  const asked = loaded.map(({ policy }) => createAsked(policy, { now, elapsed, log }))

  async function narrow({ principal, call, decision }: Permitted): Promise<Decision> {
    const packageCall = packageCallOf(call)
    const context = contextOf({ principal, decision, phase: 'begin', now })
    for (const one of asked) {
      const answer = await one.ask(packageCall, context)
      if (answer.objection !== null) return refusalBy(one.name, answer.objection, decision)
      if (answer.failed !== null) return failureOf(one.name, answer.failed, decision)
    }
    return decision
  }

  async function review(permitted: Permitted, which: 'all' | 'synchronous'): Promise<Review> {
    const { principal, call, decision } = permitted
    const packageCall = packageCallOf(call)
    const context = contextOf({ principal, decision, phase: 'review', now })
    let unclear = false
    for (const one of asked) {
      if (which === 'synchronous' && one.isAsynchronous(packageCall.route)) continue
      const { objection, failed } = await one.ask(packageCall, context)
      // What a call needs, it needs to begin.
      if (objection?.effect === 'deny') return { objection: refusalBy(one.name, objection, decision), unclear: false }
      unclear ||= failed !== null
    }
    return { objection: null, unclear }
  }

  return {
    loaded,
    narrow,
    review,
    counts: (name) => asked.find((one) => one.name === name)?.counts() ?? none,
  }
}

function contextOf({
  principal,
  decision,
  phase,
  now,
}: Omit<Permitted, 'call'> & { readonly phase: CallContext['phase']; readonly now: () => number }): SharedContext {
  const { rule, source, reason, roles } = decision
  return {
    principal: packagePrincipalOf(principal, roles),
    decision: Object.freeze({ rule, source, reason }),
    phase,
    clock: Object.freeze({ now }),
  }
}

function refusalBy(name: string, objection: Objection, decision: Allowed): Decision {
  const { rule, ...said } = objection
  return { ...decision, ...said, rule: `package:${name}:${rule}`, source: name }
}

function failureOf(name: string, failed: string, decision: Allowed): Decision {
  return {
    ...decision,
    effect: 'deny',
    rule: 'package-failed',
    source: name,
    reason: `The policy package ${name} ${failed}, so the call is refused.`,
    next: 'Try again, and if it goes on, tell an administrator of the gateway.',
  }
}
