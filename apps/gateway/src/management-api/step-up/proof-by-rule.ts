import type { PrincipalEndpoint } from '@rack-gateway/gateway-api'
import type { Principal, RequestRule } from '@rack-gateway/rbac-policy'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { methodsOf } from '../../rack-api/step-up/require-step-up.ts'
import { ownFactorMissing, useProof } from './require-step-up.ts'
import { isStillMet, type RequiredProof } from './required-proof.ts'

/** A handler found that a request rule requires a proof. The caller can repeat the call with one. */
export class ProofByRuleNeeded extends Error {
  readonly requirement: RequiredProof

  constructor(requirement: RequiredProof) {
    super('The request rule requires a proof of a second factor.')
    this.requirement = requirement
  }
}

interface CallerOfRule {
  readonly principal: Principal
  readonly rule: RequestRule
}

/** @throws ProofByRuleNeeded; NotAllowed for a user without a second factor */
export function assertProvedByRule(
  app: FastifyInstance,
  { proof, metLevel }: Pick<FastifyRequest, 'proof' | 'metLevel'>,
  { principal, rule }: CallerOfRule,
): void {
  const level = rule.stepUp?.level ?? null
  if (level === null) return
  if (principal.secondFactor !== true) throw ownFactorMissing(app.managementApi.publicUrl)
  const who = rule.reviews === 0 ? 'who asks' : 'each reviewer'
  const denial = {
    rule: `step-up:request ${rule.id}`,
    source: rule.source ?? 'policy',
    reason: `The request rule ${rule.id} requires a proof of a second factor of ${who}.`,
    policy: app.policy.hash,
  }
  const requirement = { level, methods: methodsOf(level), denial }
  const isMet =
    proof !== null && metLevel !== null && isStillMet(requirement, { proof, level: metLevel }, app.clock.now())
  if (!isMet) throw new ProofByRuleNeeded(requirement)
}

/**
 * Uses the proof of the request at the level of the rule. The proof that the request had before did not meet it.
 *
 * @returns whether the request has such a proof
 */
export async function useProofByRule(
  app: FastifyInstance,
  request: FastifyRequest,
  endpoint: PrincipalEndpoint,
  { level, methods }: RequiredProof,
): Promise<boolean> {
  await useProof(app, request, endpoint, level)
  const { proof } = request
  return proof !== null && isStillMet({ level, methods }, { proof, level }, app.clock.now())
}
