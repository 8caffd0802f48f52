import { createHash } from 'node:crypto'
import { type CallToProve, coverageFor } from '@rack-gateway/auth/step-ups'
import { endpointId, type PrincipalEndpoint } from '@rack-gateway/gateway-api'
import type { StepUpLevel } from '@rack-gateway/rbac-policy'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { NotAllowed } from '../../errors/errors.ts'
import { addressOf, timeAndAddressOf } from '../../http/source.ts'
import { denyStepUp } from '../../rack-api/step-up/deny-step-up.ts'
import { hasPermissionEverywhere } from '../calls/authorize.ts'
import { assertNoConvoxSession, isDeniedToConvoxSessions } from '../calls/convox-session.ts'
import { principalOf } from '../calls/principal-of.ts'
import { passkeyOrFreshLogin } from './fresh-login.ts'
import { requiredForOthers } from './proof-for-others.ts'
import { type RequiredProof, requiredProof } from './required-proof.ts'

/**
 * Only the handler, which runs later, knows whether the call concerns another principal. So if the caller may access
 * items of other principals, a proof in the request is first used at the level that those items require.
 *
 * @throws StepUpNeeded; NotAllowed for tokens and jobs, which cannot prove a factor, for a session of the stock CLI that
 * can never make the call, for a user without the factor that the endpoint requires, and for a code where only a passkey
 * or a fresh login is enough
 */
export async function requireStepUp(
  app: FastifyInstance,
  request: FastifyRequest,
  reply: FastifyReply,
  endpoint: PrincipalEndpoint,
): Promise<void> {
  const { lists } = app
  const { publicUrl } = app.managementApi
  const requirement = await requiredProof(app, request, endpoint, lists)
  const principal = principalOf(request)
  // Without this check, the user would give a proof that does not help.
  if (requirement !== null && isDeniedToConvoxSessions(endpoint)) await assertNoConvoxSession({ principal, lists })
  if (endpoint.requiresSecondFactor && principal.secondFactor !== true) throw ownFactorMissing(publicUrl)
  const forOthers = levelForOthers(app, request, endpoint)
  if (forOthers !== null && secretOf(request) !== null) {
    await useProof(app, request, endpoint, forOthers)
    request.isProvedForOthers = request.proof !== null
  }
  if (requirement === null || request.isProvedForOthers) return
  await useProof(app, request, endpoint, requirement.level)
  const needsPasskey = endpoint.stepUp === 'factor' && requirement.methods === 'passkey'
  if (request.proof !== null && !(needsPasskey && request.proof.method !== 'passkey')) return
  request.proof = null
  if (needsPasskey && !(await app.secondFactors.verifier.methodsOf(principal.id)).includes('passkey'))
    throw passkeyOrFreshLogin(publicUrl)
  throw await askForProof(app, request, reply, endpoint, requirement)
}

/** At least as strict as the level for the caller's own items. */
function levelForOthers(
  { policy, clock }: FastifyInstance,
  request: FastifyRequest,
  endpoint: PrincipalEndpoint,
): StepUpLevel | null {
  const { permissionForOthers } = endpoint
  const principal = principalOf(request)
  const moment = timeAndAddressOf(request, clock.now)
  if (permissionForOthers === undefined || !hasPermissionEverywhere(policy, principal, permissionForOthers, moment))
    return null
  const required = requiredForOthers(policy, principal, endpoint, moment)
  return required?.effect === 'require' ? required.level : null
}

export async function useProof(
  app: FastifyInstance,
  request: FastifyRequest,
  endpoint: PrincipalEndpoint,
  level: StepUpLevel,
): Promise<void> {
  // No proof has this address, so proofs that are bound to an address are not accepted here.
  const presented = { session: principalOf(request).credential, address: '', secret: secretOf(request) }
  request.proof = await app.stepUps.use(presented, level, callToProve(app, request, endpoint))
  request.metLevel = level
}

/** @returns the error that refuses the call */
export async function askForProof(
  app: FastifyInstance,
  request: FastifyRequest,
  reply: FastifyReply,
  endpoint: PrincipalEndpoint,
  { level, methods, denial }: RequiredProof,
): Promise<Error> {
  const principal = principalOf(request)
  const id = await app.stepUps.ask({
    user: principal.id,
    session: principal.credential,
    delivery: request.csrfToken === null ? 'callback' : 'response',
    calls: [{ rack: null, app: null, route: endpointId(endpoint), command: null }],
    covers: coverageFor(level, digestOf(app, request, endpoint)),
    methods,
    address: addressOf(request),
    client: request.headers['user-agent'] ?? null,
  })
  request.endpointDecision = null
  const asked = { id, page: app.stepUpPage(id), flow: 'response', hasFactor: principal.secondFactor === true } as const
  return denyStepUp(denial, asked, reply)
}

/** No command plans a call of this API, so only the digest counts. */
function callToProve(app: FastifyInstance, request: FastifyRequest, endpoint: PrincipalEndpoint): CallToProve {
  return {
    rack: null,
    app: null,
    route: endpointId(endpoint),
    command: null,
    digests: [digestOf(app, request, endpoint)],
    params: new Map(),
    parameters: { query: new Map(), form: new Map(), headers: new Map() },
    hashOf: (value) => app.bodyDigest(Buffer.from(value)),
  }
}

export function ownFactorMissing(publicUrl: string | null): Error {
  return new NotAllowed(
    'This call needs a proof of your own second factor, and you have none.',
    `Add one first, in your browser at ${publicUrl ?? ''}/gateway/second-factors.`,
    { rule: 'no-second-factor' },
  )
}

function secretOf({ headers }: FastifyRequest): string | null {
  const { 'step-up': secret } = headers
  return typeof secret === 'string' ? secret : null
}

function digestOf(
  { bodyDigest }: FastifyInstance,
  { params, query, body }: FastifyRequest,
  endpoint: PrincipalEndpoint,
): string {
  const text = JSON.stringify({ route: endpointId(endpoint), params, query, body: body ?? null })
  return createHash('sha256')
    .update(bodyDigest(Buffer.from(text)))
    .digest('hex')
}
