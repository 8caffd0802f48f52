import type { PrincipalEndpoint } from '@rack-gateway/gateway-api'
import type { Moment, Policy, Principal, StepUpDecision } from '@rack-gateway/rbac-policy'
import type { FastifyRequest } from 'fastify'
import { denialError, NotAllowed } from '../../errors/errors.ts'
import { methodsOf } from '../../rack-api/step-up/require-step-up.ts'
import { isStillMet, type RequiredProof } from './required-proof.ts'

/** Null if no step-up is required. Does not check the endpoint's `permissionForOthers`. */
export function requiredForOthers(
  policy: Policy,
  principal: Principal,
  { stepUp, ...endpoint }: PrincipalEndpoint,
  moment: Moment,
): StepUpDecision | null {
  const onlyManagement = stepUp === 'management' ? { stepUp } : {}
  return policy.managementStepUp(principal, { ...endpoint, ...onlyManagement, concernsOthers: true }, moment)
}

/** A handler found that the call concerns another principal. The caller can repeat the call with a proof. */
export class ProofForOthersNeeded extends Error {
  readonly requirement: RequiredProof

  constructor(requirement: RequiredProof) {
    super('The call concerns another principal, so it needs a proof of a second factor.')
    this.requirement = requirement
  }
}

/** @throws ProofForOthersNeeded; NotAllowed for principals that cannot prove a factor */
export function assertProvedForOthers(
  { hash }: Pick<Policy, 'hash'>,
  { isProvedForOthers, proof, metLevel }: Pick<FastifyRequest, 'isProvedForOthers' | 'proof' | 'metLevel'>,
  required: StepUpDecision | null,
  now: number,
): void {
  if (required === null) return
  if (required.effect === 'deny') throw denialError(NotAllowed, { ...required, policy: hash })
  const { level } = required
  const requirement = { level, methods: methodsOf(level), denial: { ...required, policy: hash } }
  const isMet = proof !== null && metLevel !== null && isStillMet(requirement, { proof, level: metLevel }, now)
  if (!isProvedForOthers || !isMet) throw new ProofForOthersNeeded(requirement)
}
