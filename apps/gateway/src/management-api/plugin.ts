import type { UsedProof } from '@rack-gateway/auth/step-ups'
import type { VerifiedJwt } from '@rack-gateway/auth/store'
import { apiPrefix, type Endpoint, type EndpointName, endpoints, isPrincipalEndpoint } from '@rack-gateway/gateway-api'
import type { StepUpLevel } from '@rack-gateway/rbac-policy'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { TObject } from 'typebox'
import { GrantStartNeeded, startGrantOf } from '../access-requests/start-grant.ts'
import { allowBody } from '../http/body.ts'
import { endpointCost } from '../resource-account/costs.ts'
import { payerOf } from '../resource-account/plugin.ts'
import { acceptJsonOnly } from './accept-json-only.ts'
import { admit, reauthorize } from './admit.ts'
import { buildCall } from './build-call.ts'
import type { EndpointDecision } from './calls/authorize.ts'
import type { AnyCall } from './calls/call.ts'
import { isStreamedResponse, sendStream } from './calls/streamed-response.ts'
import { compressJson } from './compression/compress-json.ts'
import { conditionalResponse } from './conditional/conditional-response.ts'
import { discardAllBodies } from './connection/discard-body.ts'
import { sendInWebSocket } from './connection/send-in-websocket.ts'
import { decorateManagementApi, type ManagementApiOptions } from './decorations.ts'
import { handlers } from './handlers/index.ts'
import { rejectCrossSite } from './reject-cross-site.ts'
import { sendResponse } from './responses/send-response.ts'
import { ProofByRuleNeeded, useProofByRule } from './step-up/proof-by-rule.ts'
import { ProofForOthersNeeded } from './step-up/proof-for-others.ts'
import { askForProof, requireStepUp } from './step-up/require-step-up.ts'
import { validatorFor } from './validation/validation.ts'

declare module 'fastify' {
  interface FastifyRequest {
    endpoint: Endpoint | null
    /** The decision that allowed the request, for audit events. */
    endpointDecision: EndpointDecision | null
    proof: UsedProof | null
    /** The step-up level that `proof` had to meet. */
    metLevel: StepUpLevel | null
    /** Whether the proof is also sufficient if the request concerns another principal. */
    isProvedForOthers: boolean
    verifiedJwt: VerifiedJwt | null
  }
}

/** Reads the body of a request only after authentication and authorization. */
export default fp<ManagementApiOptions>(
  async function managementApi(app, options) {
    decorateManagementApi(app, options)
    app.decorateRequest('verifiedJwt', null)
    app.decorateRequest('isProvedForOthers', false)
    app.decorateRequest('discardedBody', null)
    acceptJsonOnly(app)
    app.setValidatorCompiler(({ schema, httpPart }) => validatorFor({ schema, httpPart }))
    await app.register(async function discardingRoutes(child) {
      discardAllBodies(child)
      addRoutes(child, ({ discardsBody }) => discardsBody === true)
    })
    addRoutes(app, ({ discardsBody }) => discardsBody !== true)

    function addRoutes(parent: FastifyInstance, isIncluded: (endpoint: Endpoint) => boolean): void {
      for (const [name, endpoint] of Object.entries<Endpoint>(endpoints))
        if (isIncluded(endpoint)) addRoute(parent, name as EndpointName, endpoint)
    }
  },
  {
    encapsulate: true,
    name: 'management-api',
    dependencies: [
      'audit-log',
      'audit-search',
      'body-digest',
      'change-limit',
      'checkpoints',
      'cli-login',
      'clock',
      'database',
      'health',
      'identities',
      'login-provider',
      'policy',
      'policy-packages',
      'racks',
      'resource-account',
      'retention-status',
      'second-factors',
      'session-recordings',
      'step-up',
      'unauthenticated-limit',
    ],
  },
)

function addRoute(app: FastifyInstance, name: EndpointName, endpoint: Endpoint): void {
  const { method, path, query, body, bodyLimit, discardsBody = false, status = 200, response } = endpoint
  const { compress = false, conditional = false } = isPrincipalEndpoint(endpoint) ? endpoint : {}
  app.route({
    method,
    url: `${apiPrefix}${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
    ...(bodyLimit !== undefined && { bodyLimit }),
    config: { discardsBody },
    schema: { ...(query && { querystring: query }), ...(body && { body }) },
    async onRequest(request, reply) {
      request.endpoint = endpoint
      rejectCrossSite(request)
      await admit(app, request, reply, endpoint)
      app.costs.charge(payerOf(request), endpointCost(endpoint))
    },
    async preParsing(request, reply) {
      allowBody(request, reply)
    },
    async preHandler(request, reply) {
      if (!isPrincipalEndpoint(endpoint)) return
      if (method !== 'GET') await reauthorize(app, request, endpoint)
      await requireStepUp(app, request, reply, endpoint)
      const grant = request.endpointDecision?.grant
      if (!grant?.startsWithUse) return
      await startGrantOf(app, request, grant)
      await reauthorize(app, request, endpoint)
    },
    async handler(request, reply) {
      const result = await handleOrAsk(app, request, reply, { name, endpoint })
      void reply.code(status).header('cache-control', 'no-store')
      if (isStreamedResponse(result)) return sendStream(reply, result)
      if (compress) void reply.header('vary', 'accept-encoding')
      if (conditional) {
        const body = conditionalResponse(request, reply, { schema: response as TObject, response: result as object })
        if (body === null) return reply.send()
        return compress ? compressJson(app, request, reply, body) : body
      }
      if (result === undefined) return undefined
      const message = await sendResponse(app, request, reply, { schema: response, response: result })
      if (compress) return compressJson(app, request, reply, message)
      if (!endpoint.acceptsWebSocket || request.raw.pendingUpgrade === undefined) return message
      return sendInWebSocket(request, reply, message)
    },
  })
}

/**
 * Meets what only the handler finds out, and repeats the handler: starts a grant that its first use starts, and uses the
 * proof that a request rule requires. If a proof is missing, asks for it.
 *
 * @throws StepUpNeeded
 */
async function handleOrAsk(
  app: FastifyInstance,
  request: FastifyRequest,
  reply: FastifyReply,
  { name, endpoint }: { readonly name: EndpointName; readonly endpoint: Endpoint },
): Promise<unknown> {
  try {
    return await handle(name, buildCall(app, request, reply, endpoint))
  } catch (error) {
    if (!isPrincipalEndpoint(endpoint)) throw error
    if (error instanceof GrantStartNeeded) {
      await startGrantOf(app, request, error.grant)
      await reauthorize(app, request, endpoint)
      return handleOrAsk(app, request, reply, { name, endpoint })
    }
    if (error instanceof ProofByRuleNeeded && (await useProofByRule(app, request, endpoint, error.requirement)))
      return handleOrAsk(app, request, reply, { name, endpoint })
    if (!(error instanceof ProofForOthersNeeded || error instanceof ProofByRuleNeeded)) throw error
    throw await askForProof(app, request, reply, endpoint, error.requirement)
  }
}

/** A handler that is looked up by its name has a union type, which TypeScript cannot call. */
function handle(name: EndpointName, call: AnyCall): unknown {
  const handler = handlers[name] as (call: AnyCall) => unknown
  return handler(call)
}
