import { allowedPartOf, keepGrant, narrowDecision, stricterOf } from '../decision/narrow-decision.ts'
import type { Allowed, Decision, GrantedDecision, Principal, RackCall } from '../model/types.ts'
import { withoutProof } from '../step-up/step-up.ts'
import { decideApproval, type RequestRules } from './approval.ts'
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
  /** Request rules that a package has named since the process started, and that the policy does not have now. */
  unknownRequestRules(): readonly UnknownRequestRule[]
}

export interface UnknownRequestRule {
  /** The name of the policy package. */
  readonly package: string
  /** The ID that the package names. */
  readonly rule: string
}

export interface PolicyPackagesOptions {
  readonly loaded: readonly LoadedPackage[]
  readonly policy: RequestRules
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly elapsed?: Stopwatch
  readonly log: PackagesLog
}

export function createPolicyPackages({
  loaded,
  policy,
  now,
  elapsed = () => performance.now(),
  log,
}: PolicyPackagesOptions): PolicyPackages {
  const unknownRules = new Map<string, UnknownRequestRule>()
  const evaluators = loaded.map((one) => createPackageEvaluator(one.policy, { now, elapsed, log }))

  const narrow: PolicyPackages['narrow'] = function narrow({ principal, call, decision }) {
    const packageCall = packageCallOf(call)
    return narrowDecision(decision, (granted) => {
      const context = contextOf({ principal, decision: granted, phase: 'begin', simulated: false, now })
      return narrowWith({ principal, call, decision: granted }, (one) => one.ask(packageCall, context))
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
    allowed: AllowedCall,
    ask: (one: PackageEvaluator) => Promise<PackageResult>,
  ): Promise<Decision> {
    let strictest: GrantedDecision = allowed.decision
    for (const one of evaluators) {
      const { objection, failed } = await ask(one)
      if (failed !== null) return failureOf(one.name, failed, allowed.decision)
      if (objection === null) continue
      const decision = decisionBy(one.name, objection, { ...allowed, decision: allowedPartOf(strictest) })
      // Another package can still deny a call that has a requirement.
      const stricter = keepGrant(stricterOf(strictest, decision), decision)
      if (stricter.effect === 'deny') return stricter
      strictest = stricter
    }
    return strictest
  }

  function decisionBy(name: string, objection: Objection, allowed: AllowedCall): Decision {
    if (objection.effect === 'deny' || objection.requirement === 'step-up') return objectionBy(name, objection, allowed)
    noteRule(name, objection.request)
    return decideApproval(policy, name, objection, allowed)
  }

  function noteRule(name: string, rule: string): void {
    if (unknownRules.size < maxUnknownRules && policy.requestRule(rule) === null)
      unknownRules.set(`${name} ${rule}`, { package: name, rule })
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
      if (objection?.effect === 'deny') return { objection: objectionBy(one.name, objection, allowed), unclear: false }
      unclear ||= failed !== null
    }
    return { objection: null, unclear }
  }

  return {
    loaded,
    narrow,
    simulation,
    review,
    unknownRequestRules: () => [...unknownRules.values()].filter(({ rule }) => policy.requestRule(rule) === null),
    counts: (name) => evaluators.find((one) => one.name === name)?.counts() ?? noCounts,
  }
}

/** Bounds the memory, because a package can make up names. */
const maxUnknownRules = 100

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

type OtherObjection = Exclude<Objection, { requirement: 'approval' }>

function objectionBy(
  name: string,
  objection: OtherObjection,
  { principal, decision }: Omit<AllowedCall, 'call'>,
): Decision {
  const { rule, reason, next: remedy } = objection
  const { wouldBe: _, ...base } = decision
  const explained = { ...base, reason, remedy, rule: `package:${name}:${rule}`, source: name }
  if (objection.effect === 'deny') return withoutGrant({ ...explained, effect: 'deny' })
  if (principal.kind !== 'user')
    return withoutGrant({ ...explained, effect: 'deny', ...withoutProof(principal.kind, reason) })
  return { ...explained, effect: 'require', granted: decision, requirement: 'step-up', level: packageLevel }
}

type Denied = Extract<Decision, { effect: 'deny' }>

/** No grant allows a call that is denied. */
function withoutGrant({ grant: _, ...denial }: Denied): Denied {
  return denial
}

function failureOf(name: string, failed: string, { wouldBe: _, grant: __, ...decision }: Allowed): Decision {
  return {
    ...decision,
    effect: 'deny',
    rule: 'package-failed',
    source: name,
    reason: `The policy package ${name} ${failed}, so the call is denied.`,
    remedy: 'Try again. If the problem persists, tell an administrator of the gateway.',
  }
}
