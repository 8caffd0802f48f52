import { isRefusal, noCredential, readAuthorization, unauthenticated } from '@rack-gateway/auth'
import type { ProvenJwt, Workloads } from '@rack-gateway/auth/store'
import type { FastifyRequest } from 'fastify'

/** Whose JWT was sent, as far as its issuer's signature proves it. @throws Unauthenticated, IssuerUnreachable */
export async function authenticateJob(
  workloads: Pick<Workloads, 'prove'>,
  request: FastifyRequest,
): Promise<ProvenJwt> {
  const proven = await workloads.prove(bearerOf(request))
  if (isRefusal(proven)) throw unauthenticated(proven)
  return proven
}

/** The JWT of `Authorization: Bearer`, the only place for it. */
function bearerOf({ raw }: FastifyRequest): string {
  const authorization = readAuthorization(raw.rawHeaders)
  if (isRefusal(authorization)) throw unauthenticated(authorization)
  if (authorization.scheme === 'bearer') return authorization.token
  throw unauthenticated(noCredential)
}
