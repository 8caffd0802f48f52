import { type GrantedDecision, narrowDecision, stricterOf } from '../decision/narrow-decision.ts'
import type { Allowed, Decision, Principal, RackCall } from '../model/types.ts'
import { withoutProof } from '../step-up/step-up.ts'
import type { Stopwatch } from './evaluate.ts'
import type { LoadedPackage } from './loaded-package.ts'
import { packageCallOf, packagePrincipalOf } from './package-call.ts'
import {
  createPackageEvaluator,
  noCounts,
  type PackageCounts,
  type PackageEvaluator,
  type PackageResult,
  type SharedContext,
} from './package-evaluator.ts'
import type { PackagesLog } from './packages-log.ts'
import type { CallContext, Objection } from './types.ts'

export type { Allowed } from '../model/types.ts'

interface AllowedCall {
  readonly principal: Principal
  readonly call: RackCall
  readonly decision: Allowed
}

/** The result of the packages for a call in progress. */
interface Review {
  /** The denial of a package, or null. */
  readonly objection: Decision | null
  /**
   * Whether a package failed and no package denied the call. The caller of `review` decides how long such a call may
   * continue.
   */
  readonly unclear: boolean
}

/** All packages of a gateway, in the order of their evaluation. */
export interface PolicyPackages {
  readonly loaded: readonly LoadedPackage[]
  /**
   * Returns the unchanged decision, the first denial of a package, or the strictest requirement. A failed package
   * denies the call. If the decision requires a step-up, packages see the decision that applies after the proof.
   */
  narrow(allowed: Omit<AllowedCall, 'decision'> & { readonly decision: GrantedDecision }): Promise<Decision>
  /**
   * Like `narrow`, for the simulated calls of one request. Packages see that the call is simulated. A package that
   * exceeds its timeout is not evaluated again.
   */
  simulation(): (allowed: AllowedCall) => Promise<Decision>
  /**
   * Evaluates the packages again for a call in progress. `synchronous` leaves out packages that have returned a promise
   * for the route of the call.
   */
  review(allowed: AllowedCall, which: 'all' | 'synchronous'): Promise<Review>
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
  const evaluators = loaded.map(({ policy }) => createPackageEvaluator(policy, { now, elapsed, log }))

  const narrow: PolicyPackages['narrow'] = function narrow({ principal, call, decision }) {
    const packageCall = packageCallOf(call)
    return narrowDecision(decision, (granted) => {
      const context = contextOf({ principal, decision: granted, phase: 'begin', simulated: false, now })
      return narrowWith({ principal, decision: granted }, (one) => one.ask(packageCall, context))
    })
  }

  function simulation(): (allowed: AllowedCall) => Promise<Decision> {
    const late = new Map<string, PackageResult>()

    return function simulate(allowed) {
      const packageCall = packageCallOf(allowed.call)
      const context = contextOf({ ...allowed, phase: 'begin', simulated: true, now })
      return narrowWith(allowed, async (one) => {
        const response = late.get(one.name) ?? (await one.ask(packageCall, context))
        if (response.late) late.set(one.name, response)
        return response
      })
    }
  }

  async function narrowWith(
    { principal, decision }: Omit<AllowedCall, 'call'>,
    ask: (one: PackageEvaluator) => Promise<PackageResult>,
  ): Promise<Decision> {
    let strictest: Decision = decision
    for (const one of evaluators) {
      const { objection, failed } = await ask(one)
      if (failed !== null) return failureOf(one.name, failed, decision)
      if (objection === null) continue
      strictest = stricterOf(strictest, decisionBy(one.name, objection, { principal, decision }))
      // Another package can still deny a call that has a requirement.
      if (strictest.effect === 'deny') break
    }
    return strictest
  }

  async function review(allowed: AllowedCall, which: 'all' | 'synchronous'): Promise<Review> {
    const { principal, call, decision } = allowed
    const packageCall = packageCallOf(call)
    const context = contextOf({ principal, decision, phase: 'review', simulated: false, now })
    let unclear = false
    for (const one of evaluators) {
      if (which === 'synchronous' && one.isAsynchronous(packageCall.route)) continue
      const { objection, failed } = await one.ask(packageCall, context)
      // Requirements apply only when a call begins.
      if (objection?.effect === 'deny') return { objection: decisionBy(one.name, objection, allowed), unclear: false }
      unclear ||= failed !== null
    }
    return { objection: null, unclear }
  }

  return {
    loaded,
    narrow,
    simulation,
    review,
    counts: (name) => evaluators.find((one) => one.name === name)?.counts() ?? noCounts,
  }
}

type ContextParts = Omit<AllowedCall, 'call'> &
  Pick<CallContext, 'phase' | 'simulated'> & { readonly now: () => number }

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

/** How fresh a proof must be if a policy package asks for one. */
const packageLevel = { kind: 'recent', within: 600_000 } as const

function decisionBy(name: string, objection: Objection, { principal, decision }: Omit<AllowedCall, 'call'>): Decision {
  const { rule, reason, next: remedy } = objection
  const { wouldBe: _, ...base } = decision
  const explained = { ...base, reason, remedy, rule: `package:${name}:${rule}`, source: name }
  if (objection.effect === 'deny') return { ...explained, effect: 'deny' }
  if (objection.requirement === 'approval')
    return { ...explained, effect: 'require', granted: decision, requirement: 'approval' }
  if (principal.kind !== 'user') return { ...explained, effect: 'deny', ...withoutProof(principal.kind, reason) }
  return { ...explained, effect: 'require', granted: decision, requirement: 'step-up', level: packageLevel }
}

function failureOf(name: string, failed: string, { wouldBe: _, ...decision }: Allowed): Decision {
  return {
    ...decision,
    effect: 'deny',
    rule: 'package-failed',
    source: name,
    reason: `The policy package ${name} ${failed}, so the call is denied.`,
    remedy: 'Try again. If the problem persists, tell an administrator of the gateway.',
  }
}
