import type { PrincipalEndpoint } from '@rack-gateway/gateway-api'
import type { DecisionBase, StepUpLevel } from '@rack-gateway/rbac-policy'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { momentOf } from '../audit/call-event.ts'
import { denialError, NotPermitted } from '../errors.ts'
import { principalOf } from './principal-of.ts'

/** Milliseconds. */
const factorWithin = 600_000

/** How fresh a proof a call of the management API needs, and what its refusal says. */
export interface RequiredProof {
  readonly level: StepUpLevel
  readonly denial: Pick<DecisionBase, 'rule' | 'source' | 'reason' | 'policy'>
}

/** @throws NotPermitted for a principal that cannot prove a factor */
export function requiredProof(
  { policy, clock }: FastifyInstance,
  request: FastifyRequest,
  endpoint: PrincipalEndpoint,
): RequiredProof | null {
  const { stepUp } = endpoint
  if (stepUp === 'never') return null
  const principal = principalOf(request)
  if (stepUp === 'factor') {
    if (principal.secondFactor !== true) return null
    const reason = 'A change of your second factors needs a proof of one of them that is at most ten minutes old.'
    return {
      level: { kind: 'recent', within: factorWithin },
      denial: { rule: 'step-up:factors', source: 'gateway', reason, policy: policy.hash },
    }
  }
  const moment = momentOf(request, clock.now)
  const required = policy.managementStepUp(principal, { ...endpoint, stepUp }, moment)
  if (required === null) return null
  if (required.effect === 'deny') throw denialError(NotPermitted, { ...required, policy: policy.hash })
  return { level: required.level, denial: { ...required, policy: policy.hash } }
}
