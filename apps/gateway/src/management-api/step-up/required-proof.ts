import type { UsedProof } from '@rack-gateway/auth/step-ups'
import type { Lists } from '@rack-gateway/auth/store'
import type { PrincipalEndpoint } from '@rack-gateway/gateway-api'
import type { DecisionBase, StepUpLevel } from '@rack-gateway/rbac-policy'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { denialError, NotAllowed } from '../../errors/errors.ts'
import { timeAndAddressOf } from '../../http/source.ts'
import { methodsOf } from '../../rack-api/step-up/require-step-up.ts'
import { principalOf } from '../calls/principal-of.ts'
import { codeOnlyAfterLogin, hasFreshLogin } from './fresh-login.ts'

/** Milliseconds. */
const maxProofAge = 600_000

export interface RequiredProof {
  readonly level: StepUpLevel
  readonly methods: 'passkey' | 'any'
  /** The denial of a call without the proof. */
  readonly denial: Pick<DecisionBase, 'rule' | 'source' | 'reason' | 'policy'>
}

/** @returns null if the call needs no proof. @throws NotAllowed for a principal that cannot prove a factor */
export async function requiredProof(
  server: FastifyInstance,
  request: FastifyRequest,
  endpoint: PrincipalEndpoint,
  lists: Pick<Lists, 'session'>,
): Promise<RequiredProof | null> {
  const { policy, clock } = server
  const { stepUp } = endpoint
  if (stepUp === 'never') return null
  const principal = principalOf(request)
  if (stepUp === 'factor') {
    if (principal.secondFactor !== true) return null
    // A code can be phished. With a stolen token and a phished code, a thief must not be able to add a passkey.
    const isFresh = await hasFreshLogin(server, { principal, csrfToken: request.csrfToken, lists })
    const reason = isFresh
      ? 'A change of your second factors needs a proof of one of them that is at most ten minutes old.'
      : codeOnlyAfterLogin
    return {
      level: { kind: 'recent', within: maxProofAge },
      methods: isFresh ? 'any' : 'passkey',
      denial: { rule: 'step-up:factors', source: 'gateway', reason, policy: policy.hash },
    }
  }
  const moment = timeAndAddressOf(request, clock.now)
  const required = policy.managementStepUp(principal, { ...endpoint, stepUp }, moment)
  if (required === null) return endpoint.requiresSecondFactor ? gatewayRequirement(policy.hash) : null
  if (required.effect === 'deny') throw denialError(NotAllowed, { ...required, policy: policy.hash })
  const { level } = required
  return { level, methods: methodsOf(level), denial: { ...required, policy: policy.hash } }
}

/** The requirement of the gateway itself, if the policy has none. */
function gatewayRequirement(hash: string): RequiredProof {
  const reason = 'A reset of second factors needs a proof of your own second factor that is at most ten minutes old.'
  return {
    level: { kind: 'recent', within: maxProofAge },
    methods: 'any',
    denial: { rule: 'step-up:management', source: 'gateway', reason, policy: hash },
  }
}

/** The proof of a request, and the level that the proof met when the request used the proof. */
export interface MetRequirement {
  readonly proof: UsedProof
  readonly level: StepUpLevel
}

/** Whether the proof of a request meets a requirement that was read after the request used the proof. */
export function isStillMet(
  { level, methods }: Pick<RequiredProof, 'level' | 'methods'>,
  { proof, level: metLevel }: MetRequirement,
  now: number,
): boolean {
  if (methods === 'passkey' && proof.method !== 'passkey') return false
  return level.kind === 'recent' ? now - proof.at.getTime() <= level.within : metLevel.kind === 'always'
}
