import type { Lists } from '@rack-gateway/auth/store'
import type { PrincipalEndpoint } from '@rack-gateway/gateway-api'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { RequirementChanged, withRule } from '../../errors/errors.ts'
import { passkeyOrFreshLogin } from './fresh-login.ts'
import { isStillMet, requiredProof } from './required-proof.ts'

/**
 * Must run inside the transaction of the change, because the requirement may have changed while the request waited.
 *
 * @returns whether the request needs a proof
 * @throws RequirementChanged, NotAllowed
 */
export async function assertStillProved(
  app: FastifyInstance,
  request: FastifyRequest,
  endpoint: PrincipalEndpoint,
  lists: Pick<Lists, 'session'>,
): Promise<boolean> {
  const required = await requiredProof(app, request, endpoint, lists)
  if (required === null) return false
  const { proof, metLevel: level } = request
  if (proof !== null && level !== null && isStillMet(required, { proof, level }, app.clock.now())) return true
  const isCode = proof !== null && proof.method !== 'passkey'
  if (endpoint.stepUp === 'factor' && required.methods === 'passkey' && isCode)
    throw passkeyOrFreshLogin(app.managementApi.publicUrl)
  throw withRule(new RequirementChanged(), 'requirement-changed')
}
