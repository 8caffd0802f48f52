import { createHash } from 'node:crypto'
import { coverageFor, type UsedProof } from '@rack-gateway/auth/step-ups'
import { endpointId, type PrincipalEndpoint } from '@rack-gateway/gateway-api'
import type { StepUpLevel } from '@rack-gateway/rbac-policy'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { addressOf, momentOf } from '../audit/call-event.ts'
import { refuseStepUp } from '../rack-api/step-up/refuse-step-up.ts'
import { holdsEverywhere } from './authorize.ts'
import { principalOf } from './principal-of.ts'
import { requiredForOthers } from './proof-for-others.ts'
import { type RequiredProof, requiredProof } from './required-proof.ts'

/**
 * Finds the proof of a second factor that a call of the management API needs, or asks for it. Only its handler finds out whether
 * the call concerns another principal, so a proof for that is used if the request has one.
 *
 * @throws StepUpNeeded; NotPermitted for tokens and jobs, which cannot prove one
 */
export async function requireStepUp(
  app: FastifyInstance,
  request: FastifyRequest,
  reply: FastifyReply,
  endpoint: PrincipalEndpoint,
): Promise<void> {
  const requirement = requiredProof(app, request, endpoint)
  const forOthers = levelForOthers(app, request, endpoint)
  if (forOthers !== null && secretOf(request) !== null) {
    request.proof = await findProof(app, request, endpoint, forOthers)
    request.isProvedForOthers = request.proof !== null
  }
  if (requirement === null || request.isProvedForOthers) return
  request.proof = await findProof(app, request, endpoint, requirement.level)
  if (request.proof === null) throw await askForProof(app, request, reply, endpoint, requirement)
}

/** At least as strict as what the call requires if it concerns only the caller. */
function levelForOthers(
  { policy, clock }: FastifyInstance,
  request: FastifyRequest,
  endpoint: PrincipalEndpoint,
): StepUpLevel | null {
  const { permissionForOthers } = endpoint
  const principal = principalOf(request)
  const moment = momentOf(request, clock.now)
  if (permissionForOthers === undefined || !holdsEverywhere(policy, principal, permissionForOthers, moment)) return null
  const required = requiredForOthers(policy, principal, endpoint, moment)
  return required?.effect === 'needs' ? required.level : null
}

function findProof(
  app: FastifyInstance,
  request: FastifyRequest,
  endpoint: PrincipalEndpoint,
  level: StepUpLevel,
): Promise<UsedProof | null> {
  const brought = { session: principalOf(request).credential, address: '', secret: secretOf(request) }
  return app.stepUps.use(brought, level, toProve(app, request, endpoint))
}

/** Makes a step-up for a call. @returns the error that refuses the call */
export async function askForProof(
  app: FastifyInstance,
  request: FastifyRequest,
  reply: FastifyReply,
  endpoint: PrincipalEndpoint,
  { level, denial }: RequiredProof,
): Promise<Error> {
  const principal = principalOf(request)
  const id = await app.stepUps.ask({
    user: principal.id,
    session: principal.credential,
    delivery: request.csrfToken === null ? 'callback' : 'response',
    calls: [{ rack: null, app: null, route: endpointId(endpoint), command: null }],
    covers: coverageFor(level, digestOf(app, request, endpoint)),
    methods: level.kind === 'always' ? level.methods : 'any',
    address: addressOf(request),
    client: request.headers['user-agent'] ?? null,
  })
  request.endpointDecision = null
  const asked = { id, page: app.stepUpPage(id), how: 'response', hasFactor: principal.secondFactor === true } as const
  return refuseStepUp(denial, asked, reply)
}

function toProve(app: FastifyInstance, request: FastifyRequest, endpoint: PrincipalEndpoint) {
  const digests = [digestOf(app, request, endpoint)]
  return { rack: null, app: null, route: endpointId(endpoint), command: null, digests }
}

function secretOf({ headers }: FastifyRequest): string | null {
  const { 'step-up': secret } = headers
  return typeof secret === 'string' ? secret : null
}

/** What the request does. */
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
