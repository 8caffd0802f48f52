import type { ParameterError, RackRoute } from '@rack-gateway/convox-api'
import type { PlannedCall } from '@rack-gateway/convox-api/commands'
import type { Policy } from './policy.ts'
import type { PolicyDocument } from './policy-document.ts'
import { type KnownOfRack, possibleOutcomes } from './possible-outcomes.ts'
import type { Allowed, Decision, Principal, RackCall } from './types.ts'

/** What a call that wasn't made yet would come to. */
export interface PlannedDecision {
  /** The best that it can come to: a refusal is one whatever the rack tells. */
  readonly decision: Decision
  /** What has to be so for that; null where nothing is open. */
  readonly when: string | null
  /** What it comes to in the other case, which only the rack knows. */
  readonly otherwise: { readonly when: string; readonly decision: Decision } | null
}

export interface PlannedQuestion {
  readonly policy: Pick<Policy, 'decide' | 'holds' | 'hash'>
  readonly document: Pick<PolicyDocument, 'commands' | 'runServices'>
  readonly principal: Principal
  readonly rack: string
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Where the call would come from; null where that isn't known: then no condition on it stands against the call. */
  readonly address: string | null
  /** Of what only the rack can tell: what is known all the same. */
  readonly known?: KnownOfRack
}

/** Decides a call before it is made, by the same rules as when it is. What only the rack can tell is tried each way. */
export function decidePlanned(question: PlannedQuestion, planned: PlannedCall): PlannedDecision {
  return toldOf(decidingWorlds(question, planned))
}

/** The ways that a planned call's outcome comes from, the one that says it first; no more of them are tried than that takes. */
export function decidingWorlds(question: PlannedQuestion, planned: PlannedCall): DecidingScenarios {
  const outcome = createOutcome()
  for (const scenario of evaluated(question, planned)) {
    outcome.add(scenario)
    if (outcome.isKnown()) break
  }
  return outcome.deciding()
}

export interface DecidingScenarios {
  readonly best: EvaluatedScenario
  readonly otherwise: EvaluatedScenario | null
}

/** What the policy makes of a planned call, in one way in which it may turn out. */
export interface EvaluatedScenario {
  readonly when: string
  /** Null for one that is refused before it is a call. */
  readonly call: RackCall | null
  readonly decision: Decision
}

/** As `planDecision`, for every scenario, with a function that narrows each decision. All use one document. */
export function judgePlanned(question: PlannedQuestion, planned: PlannedCall): readonly EvaluatedScenario[] {
  return [...evaluated(question, planned)]
}

/** Asks about what the policy permits, such as the policy packages do, as far as it is needed to know what the call comes to. */
export async function narrowPlanned(
  scenarios: readonly EvaluatedScenario[],
  narrow: (call: RackCall, decision: Allowed) => Promise<Decision>,
): Promise<PlannedDecision> {
  const outcome = createOutcome()
  for (const { when, call, decision } of scenarios) {
    const narrowed = call !== null && decision.effect === 'allow' ? await narrow(call, decision) : decision
    outcome.add({ when, call, decision: narrowed })
    if (outcome.isKnown()) break
  }
  return toldOf(outcome.deciding())
}

function* evaluated(question: PlannedQuestion, planned: PlannedCall): Generator<EvaluatedScenario> {
  const { policy, document, principal, rack, at, address, known = {} } = question
  const { route, app, parameterError: unfit } = planned
  if (unfit !== null) {
    yield { when: '', call: null, decision: parametersDecision(route, unfit, policy.hash) }
    return
  }
  const asks = policy.holds(principal, route.permission, { rack, app, scope: route.scope }, { at, address })
  const services = () => servicesOf(document)
  for (const { when, call } of possibleOutcomes(planned, { rack, at, address, asks, known, services }))
    yield { when, call, decision: policy.decide(principal, call) }
}

/** What worlds come to together: the first of each effect says it. */
function createOutcome() {
  const firsts = new Map<Decision['effect'], EvaluatedScenario>()

  return {
    add(scenario: EvaluatedScenario): void {
      if (!firsts.has(scenario.decision.effect)) firsts.set(scenario.decision.effect, scenario)
    },
    /** Whether no further world can change it. */
    isKnown: () => firsts.has('allow') && firsts.size > 1,
    deciding(): DecidingScenarios {
      const best = firsts.get('allow') ?? firsts.get('needs') ?? firsts.get('deny')
      if (best === undefined) throw new Error('a planned call may turn out in some way')
      return { best, otherwise: [...firsts.values()].find((one) => one !== best) ?? null }
    },
  }
}

function toldOf({ best, otherwise }: DecidingScenarios): PlannedDecision {
  if (otherwise === null) return { decision: best.decision, when: null, otherwise: null }
  const { when, decision } = otherwise
  return { decision: best.decision, when: best.when, otherwise: { when, decision } }
}

/**
 * Whether the caller can be told before the call that it is refused, whatever the rack tells. A proxy leads where only the rack
 * knows: it is certain only for a caller who may proxy to no resource of any app, and where the address isn't known by its permission.
 */
export function isCertainlyRefused(
  { decision }: PlannedDecision,
  { route, params }: PlannedCall,
  { policy, principal, rack, at, address }: Pick<PlannedQuestion, 'policy' | 'principal' | 'rack' | 'at' | 'address'>,
): boolean {
  if (decision.effect !== 'deny') return false
  if (route.permission !== 'proxy:open') return true
  const anywhere = { rack, app: null, scope: 'list' } as const
  if (policy.holds(principal, 'resource:proxy', anywhere, { at, address })) return false
  return params.host !== undefined || !/^(?:proxy-|blocked:)/.test(decision.rule)
}

function servicesOf({ commands, runServices }: PlannedQuestion['document']): string[] {
  const named = commands.flatMap(({ services }) => services).filter((service) => service !== '*')
  return [...new Set([...runServices, ...named])]
}

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
    remedy: remedy,
    roles: [],
    bindings: [],
    policy,
  }
}
