import { isDenial, noCredential, readAuthorization, unauthenticated } from '@rack-gateway/auth'
import type { VerifiedJwt, Workloads } from '@rack-gateway/auth/store'
import type { FastifyRequest } from 'fastify'

/** Verifies the signature of the job's JWT with the keys of its issuer. @throws Unauthenticated, IssuerUnreachable */
export async function authenticateJob(
  workloads: Pick<Workloads, 'verifyJwt'>,
  request: FastifyRequest,
): Promise<VerifiedJwt> {
  const verified = await workloads.verifyJwt(readBearer(request))
  if (isDenial(verified)) throw unauthenticated(verified)
  return verified
}

function readBearer({ raw }: FastifyRequest): string {
  const authorization = readAuthorization(raw.rawHeaders)
  if (isDenial(authorization)) throw unauthenticated(authorization)
  if (authorization.scheme === 'bearer') return authorization.token
  throw unauthenticated(noCredential)
}
