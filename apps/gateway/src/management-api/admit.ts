import { isDenial, noCredential, readAuthorization, unauthenticated } from '@rack-gateway/auth'
import type { VerifiedJwt, Workloads } from '@rack-gateway/auth/store'
import type { Endpoint, PrincipalEndpoint } from '@rack-gateway/gateway-api'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { timeAndAddressOf } from '../http/source.ts'
import { authorize } from './calls/authorize.ts'
import { principalOf } from './calls/principal-of.ts'
import { assertCookieAllowed } from './cookie-access.ts'
import { requiredProof } from './step-up/required-proof.ts'

/** Authenticates and authorizes before any of the body is read. */
export async function admit(
  app: FastifyInstance,
  request: FastifyRequest,
  reply: FastifyReply,
  endpoint: Endpoint,
): Promise<void> {
  if (endpoint.authentication === 'anyone') return app.limitUnauthenticated(request)
  if (endpoint.authentication === 'job') {
    request.verifiedJwt = await authenticateJob(app.workloads, request)
    return
  }
  await app.authenticateTokenOrCookie(request, reply)
  const { csrfToken } = request
  const { lists } = app
  await assertCookieAllowed(app, endpoint, {
    principal: principalOf(request),
    csrfToken,
    lists,
    needsProof: (await requiredProof(app, request, endpoint, lists)) !== null,
  })
  request.endpointDecision = authorizeNow(app, request, endpoint)
}

/** Authenticates and authorizes again: after the body, whose end a client can delay, and during a streamed response. */
export async function reauthorize(
  app: FastifyInstance,
  request: FastifyRequest,
  endpoint: PrincipalEndpoint,
): Promise<void> {
  await app.authenticateAgain(request)
  request.endpointDecision = authorizeNow(app, request, endpoint)
}

function authorizeNow({ policy, clock }: FastifyInstance, request: FastifyRequest, endpoint: PrincipalEndpoint) {
  return authorize(policy, principalOf(request), endpoint, timeAndAddressOf(request, clock.now))
}

/** Verifies the signature of the job's JWT with the keys of its issuer. @throws Unauthenticated, IssuerUnreachable */
async function authenticateJob(workloads: Pick<Workloads, 'verifyJwt'>, request: FastifyRequest): Promise<VerifiedJwt> {
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
