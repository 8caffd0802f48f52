import type { Decision, Principal, RackCall } from '@rack-gateway/rbac-policy'
import { ApprovalNeeded, NotPermitted, ruled, StepUpNeeded } from '../errors.ts'
import type { Steps } from './steps.ts'

/** The policy decides, and of what it permits, its packages may refuse some more. */
export function decide(
  { policy, packages }: Pick<Steps, 'policy' | 'packages'>,
  principal: Principal,
  call: RackCall,
): Decision | Promise<Decision> {
  const decision = policy.decide(principal, call)
  return decision.effect === 'allow' ? packages.narrow({ principal, call, decision }) : decision
}

/** What a caller is told who may not. */
export function refusalBy(decision: Exclude<Decision, { effect: 'allow' }>): Error {
  const { reason, next, rule } = decision
  if (decision.effect === 'deny') return ruled(new NotPermitted(`${reason} ${next} (rule ${rule})`), rule)
  const { Refusal, what } = unmet[decision.requirement]
  const sentence = `${reason} It needs ${what}, which this gateway can not ask for yet, so it is refused. ${next} (rule ${rule})`
  return ruled(new Refusal(sentence), rule)
}

const unmet = {
  'step-up': { Refusal: StepUpNeeded, what: 'you to confirm who you are (step-up)' },
  approval: { Refusal: ApprovalNeeded, what: "somebody else's approval" },
} as const
