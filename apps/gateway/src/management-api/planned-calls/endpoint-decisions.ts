import type { PrincipalEndpoint } from '@rack-gateway/gateway-api'
import {
  type Moment,
  type Policy,
  type Principal,
  type StepUpDecision,
  toDecisionJson,
} from '@rack-gateway/rbac-policy'
import {
  decideEndpoint,
  decideForOthers,
  type EndpointDecision,
  type EndpointDenial,
  rolesEverywhere,
} from '../calls/authorize.ts'
import { requiredForOthers } from '../step-up/proof-for-others.ts'

export function endpointDecisions(policy: Policy, principal: Principal, endpoint: PrincipalEndpoint, moment: Moment) {
  const roles = [...rolesEverywhere(policy, principal, moment)]
  const toResponse = (
    decision: EndpointDecision | EndpointDenial,
    permission: string,
    required: StepUpDecision | null,
  ) => {
    if (decision.effect === 'deny') return toDecisionJson({ ...decision, permission, roles, bindings: [] })
    const granted = { ...decision, permission, roles, bindings: [] }
    if (required === null) return toDecisionJson(granted)
    return toDecisionJson(
      required.effect === 'deny' ? { ...granted, ...required } : { ...granted, ...required, granted },
    )
  }
  const forCaller = decideEndpoint(policy, principal, endpoint, moment)
  const decision = toResponse(forCaller, endpoint.permission, stepUpFor(policy, principal, endpoint, moment))
  const { permissionForOthers } = endpoint
  if (permissionForOthers === undefined || decision.effect === 'deny') return { decision, when: null, otherwise: null }
  const forOthers = decideForOthers(policy, principal, permissionForOthers, moment)
  const required = requiredForOthers(policy, principal, endpoint, moment)
  return {
    decision,
    when: 'it concerns the caller',
    otherwise: {
      when: 'it concerns another principal',
      decision: toResponse(forOthers, permissionForOthers, required),
    },
  }
}

function stepUpFor(policy: Policy, principal: Principal, endpoint: PrincipalEndpoint, moment: Moment) {
  const { stepUp } = endpoint
  // For `factor`, the gateway itself requires the proof, and not the policy.
  return stepUp === 'never' || stepUp === 'factor'
    ? null
    : policy.managementStepUp(principal, { ...endpoint, stepUp }, moment)
}
