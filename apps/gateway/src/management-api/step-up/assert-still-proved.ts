import type { PrincipalEndpoint } from '@rack-gateway/gateway-api'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { RequirementChanged, withRule } from '../../errors/errors.ts'
import type { ManagementApiContext } from '../calls/call.ts'
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
  context: Pick<ManagementApiContext, 'now' | 'publicUrl'> & Parameters<typeof requiredProof>[3],
): Promise<boolean> {
  const required = await requiredProof(app, request, endpoint, context)
  if (required === null) return false
  const { proof, metLevel: level } = request
  if (proof !== null && level !== null && isStillMet(required, { proof, level }, context.now())) return true
  const isCode = proof !== null && proof.method !== 'passkey'
  if (endpoint.stepUp === 'factor' && required.methods === 'passkey' && isCode)
    throw passkeyOrFreshLogin(context.publicUrl)
  throw withRule(new RequirementChanged(), 'requirement-changed')
}
