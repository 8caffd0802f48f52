import type { ParameterError, RackRoute } from '@rack-gateway/convox-api'
import type { PlannedCall } from '@rack-gateway/convox-api/commands'
import { narrowDecision, stricterOf } from '../decision/narrow-decision.ts'
import type { Allowed, Decision, Principal, RackCall } from '../model/types.ts'
import { cachedByDocument } from '../policy-document/cached-by-document.ts'
import type { PolicyDocument } from '../policy-document/policy-document.ts'
import { describeLevel } from '../step-up/step-up-level.ts'
import type { Policy } from './policy.ts'
import { type RackFacts, scenariosOf } from './scenarios.ts'

/** The expected decision about a call that has not been made yet. */
export interface PlannedDecision {
  /** The least strict possible decision. If it is a denial, `isAlwaysDenied` tells whether the denial is certain. */
  readonly decision: Decision
  /** The condition under which `decision` applies; null if the decision depends on no fact of the rack. */
  readonly when: string | null
  /** Another possible decision; null if the decision depends on no fact of the rack. */
  readonly otherwise: { readonly when: string; readonly decision: Decision } | null
}

export interface PlannedQuestion {
  readonly policy: Pick<Policy, 'decide' | 'canAllow' | 'hash'>
  readonly document: Pick<PolicyDocument, 'commands' | 'runServices'>
  readonly principal: Principal
  readonly rack: string
  /** Milliseconds since the epoch. */
  readonly at: number
  /** The address of the caller. Null: unknown, so no condition on addresses fails. */
  readonly address: string | null
  /** Given facts that otherwise only the rack knows. */
  readonly facts?: RackFacts
}

/**
 * Decides about a call before it is made, by the rules that apply to a real call. For facts that only the rack knows,
 * this function tries the possibilities until the outcome is known.
 */
export function decidePlanned(question: PlannedQuestion, planned: PlannedCall): PlannedDecision {
  return toPlannedDecision(decidingScenarios(question, planned))
}

/** The first scenarios that determine the outcome of a planned call. */
export function decidingScenarios(question: PlannedQuestion, planned: PlannedCall): DecidingScenarios {
  const outcome = createOutcomeCollector()
  for (const scenario of evaluateScenarios(question, planned)) {
    outcome.add(scenario)
    if (outcome.isKnown()) break
  }
  return outcome.deciding()
}

export interface DecidingScenarios {
  /** The scenario with the least strict decision. */
  readonly best: EvaluatedScenario
  /** The first scenario with another outcome; null if all scenarios have the outcome of `best`. */
  readonly otherwise: EvaluatedScenario | null
}

export interface EvaluatedScenario {
  readonly when: string
  /** Null if the parameters are invalid. */
  readonly call: RackCall | null
  readonly decision: Decision
}

/** The decisions about all scenarios of a planned call. `narrowPlanned` can turn them into denials. */
export function evaluatePlanned(question: PlannedQuestion, planned: PlannedCall): readonly EvaluatedScenario[] {
  return [...evaluateScenarios(question, planned)]
}

/**
 * Calls `narrow`, for example to ask policy packages, for each scenario that is allowed. `narrow` can deny it. Takes
 * scenarios only until the outcome is known.
 */
export async function narrowPlanned(
  scenarios: Iterable<EvaluatedScenario> | AsyncIterable<EvaluatedScenario>,
  narrow: (call: RackCall, decision: Allowed) => Promise<Decision>,
): Promise<PlannedDecision> {
  const outcome = createOutcomeCollector()
  for await (const { when, call, decision } of scenarios) {
    const narrowed =
      call === null || decision.effect === 'deny'
        ? decision
        : await narrowDecision(decision, (granted) => narrow(call, granted))
    outcome.add({ when, call, decision: narrowed })
    if (outcome.isKnown()) break
  }
  return toPlannedDecision(outcome.deciding())
}

/** As `evaluatePlanned`, one scenario at a time. */
export function* evaluateScenarios(question: PlannedQuestion, planned: PlannedCall): Generator<EvaluatedScenario> {
  const { policy, principal, rack, at, address, facts = {} } = question
  const { route, app, parameterError } = planned
  if (parameterError !== null) {
    yield { when: '', call: null, decision: parametersDecision(route, parameterError, policy.hash) }
    return
  }
  const hasRoutePermission = policy.canAllow(
    principal,
    route.permission,
    { rack, app, scope: route.scope },
    { at, address },
  )
  const services = () => servicesOf(question)
  for (const { when, call } of scenariosOf(planned, { rack, at, address, hasRoutePermission, facts, services }))
    yield { when, call, decision: policy.decide(principal, call) }
}

/** Collects the first scenario of each outcome. */
function createOutcomeCollector() {
  const firsts = new Map<string, EvaluatedScenario>()

  return {
    add(scenario: EvaluatedScenario): void {
      const outcome = outcomeOf(scenario.decision)
      if (!firsts.has(outcome)) firsts.set(outcome, scenario)
    },
    /** Whether the outcome of the planned call is known, so that no further scenario can change it. */
    isKnown: () => firsts.has('allow') && firsts.size > 1,
    deciding(): DecidingScenarios {
      const [first, ...rest] = firsts.values()
      if (first === undefined) throw new Error('a planned call has at least one scenario')
      const best = rest.reduce((one, other) => (isBetter(other, one) ? other : one), first)
      return { best, otherwise: [first, ...rest].find((one) => one !== best) ?? null }
    },
  }
}

function outcomeOf(decision: Decision): string {
  if (decision.effect === 'allow') return decision.wouldBe === undefined ? 'allow' : 'observe-mode'
  if (decision.effect !== 'require') return decision.effect
  return decision.requirement === 'approval' ? 'approval' : describeLevel(decision.level)
}

function isBetter({ decision: one }: EvaluatedScenario, { decision: other }: EvaluatedScenario): boolean {
  return stricterOf(one, other) !== one
}

function toPlannedDecision({ best, otherwise }: DecidingScenarios): PlannedDecision {
  if (otherwise === null) return { decision: best.decision, when: null, otherwise: null }
  const { when, decision } = otherwise
  return { decision: best.decision, when: best.when, otherwise: { when, decision } }
}

/**
 * Whether the call will be denied, whatever the rack answers. The denial of a proxy is uncertain in two cases:
 *
 * - The caller has `resource:proxy`. Only the rack knows whether the address belongs to a resource.
 * - The decision depends on the host, and the planned call does not contain it.
 */
export function isAlwaysDenied(
  { decision }: PlannedDecision,
  { route, params }: PlannedCall,
  { policy, principal, rack, at, address }: Pick<PlannedQuestion, 'policy' | 'principal' | 'rack' | 'at' | 'address'>,
): boolean {
  if (decision.effect !== 'deny') return false
  if (route.permission !== 'proxy:open') return true
  const anyApp = { rack, app: null, scope: 'list' } as const
  if (policy.canAllow(principal, 'resource:proxy', anyApp, { at, address })) return false
  return params.host !== undefined || !/^(?:proxy-|blocked:)/.test(decision.rule)
}

const servicesOf = cachedByDocument(function servicesOf({
  document,
}: Pick<PlannedQuestion, 'document'>): readonly string[] {
  const { commands, runServices } = document
  const named = commands.flatMap(({ services }) => services).filter((service) => service !== '*')
  return [...new Set([...runServices, ...named])]
})

/** The decision about parameters that the gateway rejects for every principal. */
export function parametersDecision(
  { permission }: RackRoute,
  { rule, reason, remedy }: ParameterError,
  policy: string,
): Decision {
  return {
    effect: 'deny',
    rule,
    source: 'gateway',
    permission,
    reason,
    remedy,
    roles: [],
    bindings: [],
    policy,
  }
}
