import { createHash } from 'node:crypto'
import { coverageFor } from '@rack-gateway/auth/step-ups'
import { endpointId, type PrincipalEndpoint } from '@rack-gateway/gateway-api'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { addressOf } from '../audit/call-event.ts'
import { refuseStepUp } from '../rack-api/step-up/refuse-step-up.ts'
import { principalOf } from './principal-of.ts'
import { requiredProof } from './required-proof.ts'

/**
 * Finds the proof of a second factor that a call of the management API needs, or asks for it.
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
  if (requirement === null) return
  const { level, denial } = requirement
  const principal = principalOf(request)
  const route = endpointId(endpoint)
  const address = addressOf(request)
  const digest = digestOf(app, request, route)
  const toProve = { rack: null, app: null, route, command: null, digests: [digest] }
  const brought = { session: principal.credential, address: '', secret: secretOf(request) }
  const proof = await app.stepUps.use(brought, level, toProve)
  if (proof !== null) {
    request.proof = proof
    return
  }
  const id = await app.stepUps.ask({
    user: principal.id,
    session: principal.credential,
    delivery: request.csrfToken === null ? 'callback' : 'response',
    calls: [{ rack: null, app: null, route, command: null }],
    covers: coverageFor(level, digest),
    methods: level.kind === 'always' ? level.methods : 'any',
    address,
    client: request.headers['user-agent'] ?? null,
  })
  request.endpointDecision = null
  throw refuseStepUp(
    denial,
    { id, page: app.stepUpPage(id), how: 'response', hasFactor: principal.secondFactor === true },
    reply,
  )
}

function secretOf({ headers }: FastifyRequest): string | null {
  const { 'step-up': secret } = headers
  return typeof secret === 'string' ? secret : null
}

/** What the request does. */
function digestOf({ bodyDigest }: FastifyInstance, { params, query, body }: FastifyRequest, route: string): string {
  const text = JSON.stringify({ route, params, query, body: body ?? null })
  return createHash('sha256')
    .update(bodyDigest(Buffer.from(text)))
    .digest('hex')
}
