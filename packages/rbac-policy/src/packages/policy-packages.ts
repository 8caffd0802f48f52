import type { Allowed, Decision, Principal, RackCall } from '../types.ts'
import {
  type Answer,
  type AskedPackage,
  createAsked,
  none,
  type PackageCounts,
  type SharedContext,
} from './asked-package.ts'
import type { Stopwatch } from './evaluate.ts'
import type { LoadedPackage } from './loaded-package.ts'
import { packageCallOf, packagePrincipalOf } from './package-call.ts'
import type { PackagesLog } from './packages-log.ts'
import type { CallContext, Objection } from './types.ts'

export type { Allowed } from '../types.ts'

/** One call that the policy permits. */
interface Permitted {
  readonly principal: Principal
  readonly call: RackCall
  readonly decision: Allowed
}

/** What the packages make of a call that is under way. */
interface Review {
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
  /**
   * The same for simulated calls, while one request is answered. Packages see that the call is simulated. A package that
   * exceeds its timeout is not asked again.
   */
  simulation(): (permitted: Permitted) => Promise<Decision>
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

  function narrow(permitted: Permitted): Promise<Decision> {
    const packageCall = packageCallOf(permitted.call)
    const context = contextOf({ ...permitted, phase: 'begin', simulated: false, now })
    return narrowed(permitted.decision, (one) => one.ask(packageCall, context))
  }

  function simulation(): (permitted: Permitted) => Promise<Decision> {
    const late = new Map<string, Answer>()

    return function simulate(permitted) {
      const packageCall = packageCallOf(permitted.call)
      const context = contextOf({ ...permitted, phase: 'begin', simulated: true, now })
      return narrowed(permitted.decision, async (one) => {
        const answer = late.get(one.name) ?? (await one.ask(packageCall, context))
        if (answer.late) late.set(one.name, answer)
        return answer
      })
    }
  }

  async function narrowed(decision: Allowed, ask: (one: AskedPackage) => Promise<Answer>): Promise<Decision> {
    for (const one of asked) {
      const { objection, failed } = await ask(one)
      if (objection !== null) return refusalBy(one.name, objection, decision)
      if (failed !== null) return failureOf(one.name, failed, decision)
    }
    return decision
  }

  async function review(permitted: Permitted, which: 'all' | 'synchronous'): Promise<Review> {
    const { principal, call, decision } = permitted
    const packageCall = packageCallOf(call)
    const context = contextOf({ principal, decision, phase: 'review', simulated: false, now })
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
    simulation,
    review,
    counts: (name) => asked.find((one) => one.name === name)?.counts() ?? none,
  }
}

type ContextParts = Omit<Permitted, 'call'> & Pick<CallContext, 'phase' | 'simulated'> & { readonly now: () => number }

function contextOf({ principal, decision, phase, simulated, now }: ContextParts): SharedContext {
  const { rule, source, reason, roles } = decision
  return {
    principal: packagePrincipalOf(principal, roles),
    decision: Object.freeze({ rule, source, reason }),
    phase,
    simulated,
    clock: Object.freeze({ now }),
  }
}

function refusalBy(name: string, objection: Objection, decision: Allowed): Decision {
  const { rule, next: remedy, ...rest } = objection
  return { ...decision, ...rest, remedy, rule: `package:${name}:${rule}`, source: name }
}

function failureOf(name: string, failed: string, decision: Allowed): Decision {
  return {
    ...decision,
    effect: 'deny',
    rule: 'package-failed',
    source: name,
    reason: `The policy package ${name} ${failed}, so the call is refused.`,
    remedy: 'Try again, and if it goes on, tell an administrator of the gateway.',
  }
}
