import type { ParameterRefusal, RackRoute } from '@rack-gateway/convox-api'
import type { PlannedCall } from '@rack-gateway/convox-api/commands'
import { type KnownOfRack, worldsOf } from './planned-worlds.ts'
import type { PolicyDocument } from './policy-document.ts'
import type { Decision, Policy, Principal } from './types.ts'

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
  const { policy, document, principal, rack, at, address, known = {} } = question
  const { route, app, refused: unfit } = planned
  if (unfit !== null) return { decision: parametersDecision(route, unfit, policy.hash), when: null, otherwise: null }
  const asks = policy.holds(principal, route.permission, { rack, app, scope: route.scope }, { at, address })
  const worlds = worldsOf(planned, { rack, at, address, asks, known, services: servicesOf(document) })
  const judged = worlds.map((world) => ({ world, decision: policy.decide(principal, world.call) }))
  const permitted = judged.find(({ decision }) => decision.effect === 'allow')
  const refused = judged.find(({ decision }) => decision.effect !== 'allow')
  const best = permitted ?? refused
  if (best === undefined) throw new Error('a planned call may turn out in some way')
  if (!permitted || !refused) return { decision: best.decision, when: null, otherwise: null }
  return {
    decision: permitted.decision,
    when: permitted.world.when,
    otherwise: { when: refused.world.when, decision: refused.decision },
  }
}

/** Whether the caller can be told before the call that it is refused, whatever the rack tells. A proxy leads where only the rack knows. */
export function isCertainlyRefused({ decision }: PlannedDecision, { route }: PlannedCall): boolean {
  return decision.effect === 'deny' && route.permission !== 'proxy:open'
}

function servicesOf({ commands, runServices }: PlannedQuestion['document']): string[] {
  const named = commands.flatMap(({ services }) => services).filter((service) => service !== '*')
  return [...new Set([...runServices, ...named])]
}

/** What the gateway says of parameters that it takes from nobody: why, then what to do. */
export function parametersDecision(
  { permission }: RackRoute,
  { refused, reason }: ParameterRefusal,
  policy: string,
): Decision {
  const [why = reason, next = 'leave it out'] = reason.split('; ')
  return {
    effect: 'deny',
    rule: refused,
    source: 'gateway',
    permission,
    reason: sentence(why),
    next: sentence(next),
    roles: [],
    bindings: [],
    policy,
  }
}

function sentence(clause: string): string {
  return `${clause.slice(0, 1).toUpperCase()}${clause.slice(1)}.`
}
