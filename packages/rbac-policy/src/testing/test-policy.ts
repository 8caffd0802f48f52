import { builtInPolicy } from '../document/document.ts'
import type { Allowed, Decision, Principal, RackCall } from '../model/types.ts'
import type { RequestRules } from '../packages/approval.ts'
import type { LoadedPackage } from '../packages/loaded-package.ts'
import type { PackagesLog } from '../packages/packages-log.ts'
import { createPolicyPackages } from '../packages/policy-packages.ts'
import type { RecordedDetail } from '../packages/recorded-detail.ts'
import type { CallContext, PolicyPackage } from '../packages/types.ts'
import type { Policy } from '../policy/policy.ts'
import { compilePolicy } from '../policy/policy.ts'
import { principalOf, rackCallOf, type TestCall, timeOf } from './test-call.ts'
import { createTestRoutes, type TestRequest, type TestResponse } from './test-routes.ts'

/** Tests a policy package: evaluates it like a gateway, without a network. */
export interface TestedPolicy {
  /**
   * The decision of a gateway with only this package.
   *
   * @throws if the package fails, with its error as the cause. A gateway would deny the call by the rule
   *   `package-failed`
   */
  evaluate(call: TestCall, phase?: CallContext['phase']): Promise<Decision>
  /** The decision that `rack-gateway can` would show: the package sees a simulated call. @throws like `evaluate` */
  simulate(call: TestCall): Promise<Decision>
  /** Sends a request to a route of the package. @param path below the prefix of the package */
  ask(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, asked?: TestRequest): Promise<TestResponse>
  /** The events that the routes of the package recorded. */
  readonly recorded: readonly { readonly by: string | null; readonly detail: RecordedDetail }[]
  /** The log lines of the package, such as `warn: …`. */
  readonly logged: readonly string[]
  /** Closes the package like a gateway that stops. */
  close(): Promise<void>
}

/**
 * @example
 * const freeze = testPolicy(policy)
 * const decision = await freeze.evaluate({ route: 'POST /apps/{app}/releases/{id}/promote', rack: 'production', at: '2030-12-24T12:00Z' })
 * expect(decision).toMatchObject({ effect: 'deny', rule: 'package:deploy-freeze:frozen' })
 */
export function testPolicy(policy: PolicyPackage): TestedPolicy {
  const loaded: LoadedPackage[] = [{ policy, entry: policy.name, version: null, sha256: '' }]
  const logged: string[] = []
  const recorded: { by: string | null; detail: RecordedDetail }[] = []
  const message: PackagesLog['message'] = (_name, level, text) => void logged.push(`${level}: ${text}`)
  const routes = createTestRoutes({ loaded, policy: builtIn(), recorded, message })

  return {
    recorded,
    logged,
    ask: routes.ask,
    async close() {
      await routes.close()
    },
    evaluate: (asked, phase = 'begin') => decide(asked, phase),
    simulate: (asked) => decide(asked, 'simulated'),
  }

  async function decide(asked: TestCall, phase: CallContext['phase'] | 'simulated'): Promise<Decision> {
    const principal = principalOf(asked.as)
    const call = rackCallOf(asked)
    const failures: { why: string; error: unknown }[] = []
    const packages = createPolicyPackages({
      loaded,
      policy: anyRequestRule,
      now: () => timeOf(asked.at),
      log: { message, slow: () => undefined, failed: (_name, why, error) => void failures.push({ why, error }) },
    })
    const allowed = { principal, call, decision: allowByRole(principal, call) }
    const evaluations = {
      begin: packages.narrow,
      simulated: packages.simulation(),
      review: async () => (await packages.review(allowed, 'all')).objection ?? allowed.decision,
    }
    const decision = await evaluations[phase](allowed)
    const [failure] = failures
    if (failure === undefined) return decision
    throw new Error(failureSentence(policy.name, asked.route, failure), { cause: failure.error })
  }
}

/** A policy that has every request rule, and in which nobody has a grant. */
const anyRequestRule: RequestRules = {
  roles: new Map(),
  requestRule: (id) => ({
    id,
    from: [],
    role: 'admin',
    racks: ['*'],
    apps: ['*'],
    longest: 3_600_000,
    answerWithin: 3_600_000,
    workStarts: 'approval',
    reason: null,
    reviewers: [],
    reviews: 1,
    stepUp: null,
  }),
  requestCommandOf: () => null,
}

function failureSentence(name: string, route: string, { why, error }: { why: string; error: unknown }): string {
  const problem = why === 'threw' && error instanceof Error ? `threw "${error.message}"` : why
  return `${name}, for ${route}: ${problem}. A gateway denies such a call by the rule package-failed.`
}

let compiled: Policy | null = null

function builtIn(): Policy {
  compiled ??= compilePolicy(builtInPolicy())
  return compiled
}

/** A package is evaluated only for calls that roles allow. @throws if the built-in policy does not allow the call */
function allowByRole(principal: Principal, call: RackCall): Allowed {
  const policy = builtIn()
  const [role = ''] = principal.bindings.map((binding) => binding.role)
  if (!policy.roles.has(role)) return allowByUnknownRole(role, call, policy)
  const decision = policy.decide(principal, call)
  if (decision.effect === 'allow') return decision
  throw new Error(
    `as: the package is not evaluated, because the built-in policy denies ${call.route.id} to the role ${role}: ${decision.reason}`,
  )
}

function allowByUnknownRole(role: string, { route: { permission } }: RackCall, { hash }: Policy): Allowed {
  const reason = `The role ${role} grants ${permission}.`
  const basis = { roles: [role], bindings: [`binding-of-${role}`] }
  return { effect: 'allow', rule: `role:${role}`, source: 'test', permission, reason, policy: hash, ...basis }
}
