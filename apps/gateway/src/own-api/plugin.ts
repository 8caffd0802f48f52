import type { IdentityEvent, SessionTerms, TokenMint } from '@rack-gateway/auth'
import { type Administration, createAdministration, createLists } from '@rack-gateway/auth/store'
import type { Database } from '@rack-gateway/database'
import type { Principal } from '@rack-gateway/rbac-policy'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { allowBody, discardBody } from '../rack-api/body.ts'
import { actorOf, momentOf, sourceOf } from '../rack-api/draft.ts'
import { authorise, holdsEverywhere } from './authorise.ts'
import type { OwnApiContext, OwnCall } from './call.ts'
import { apiPrefix, type Endpoint, type EndpointName, endpoints } from './endpoints.ts'
import { handlers } from './handlers/index.ts'
import { refuseOtherSites } from './other-sites.ts'
import { validatorFor } from './validation.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The endpoint of the gateway's own API that was asked for. */
    endpoint: Endpoint | null
  }
}

export interface OwnApiOptions {
  readonly database: Pick<Database, 'db'>
  readonly mint: TokenMint
  readonly now: () => number
  /** Milliseconds. */
  readonly tokenMaxAge: number
  readonly sessionTerms: SessionTerms
}

/** No request here is large. */
const bodyLimit = 64 * 1024

/** The gateway's own JSON API: authenticate, authorise, then read and check what was sent. */
export default async function ownApi(app: FastifyInstance, options: OwnApiOptions): Promise<void> {
  const { database, now, tokenMaxAge, sessionTerms } = options
  const context: OwnApiContext = {
    lists: createLists(database),
    policy: app.policy,
    rackNames: app.racks.names,
    tokenMaxAge,
    sessionTerms,
    now,
  }
  readJsonOnly(app)
  app.setValidatorCompiler(({ schema, httpPart }) => validatorFor({ schema, httpPart }))
  app.addHook('onResponse', async (request) => discardBody(request))
  for (const [name, endpoint] of Object.entries(endpoints)) {
    addRoute(app, { name: name as EndpointName, endpoint, context, options })
  }
}

interface Route {
  readonly name: EndpointName
  readonly endpoint: Endpoint
  readonly context: OwnApiContext
  readonly options: OwnApiOptions
}

function addRoute(app: FastifyInstance, { name, endpoint, context, options }: Route): void {
  const { method, path, query, body, status, answer } = endpoint
  app.route({
    method,
    url: `${apiPrefix}${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
    bodyLimit,
    schema: { ...(query && { querystring: query }), ...(body && { body }), response: { [status]: answer } },
    async onRequest(request, reply) {
      request.endpoint = endpoint
      refuseOtherSites(request)
      await app.authenticateOwn(request, reply)
      authorise(app.policy, callerOf(request), endpoint, momentOf(request, context.now))
    },
    async preParsing(request, reply) {
      allowBody(request, reply)
    },
    async handler(request, reply) {
      const answered = await answerBy(name, callFrom(app, request, { endpoint, context, options }))
      void reply.code(status).header('cache-control', 'no-store')
      return answered
    },
  })
}

/** The table's types tie each handler to its own endpoint; by name they are one. */
function answerBy(name: EndpointName, call: OwnCall): unknown {
  const handle = handlers[name] as (call: OwnCall) => unknown
  return handle(call)
}

function callFrom(app: FastifyInstance, request: FastifyRequest, route: Omit<Route, 'name'>): OwnCall {
  const { endpoint, context } = route
  const principal = callerOf(request)
  const moment = momentOf(request, context.now)
  const params = request.params as { readonly id?: string }
  return {
    ...context,
    principal,
    moment,
    id: params.id ?? '',
    query: (request.query ?? {}) as OwnCall['query'],
    body: (request.body ?? {}) as OwnCall['body'],
    csrfToken: request.csrfToken,
    others: endpoint.others !== undefined && holdsEverywhere(app.policy, principal, endpoint.others, moment),
    changes: changesBy(app, request, principal, route.options),
  }
}

function changesBy(
  app: FastifyInstance,
  request: FastifyRequest,
  principal: Principal,
  { database, mint, now }: OwnApiOptions,
): Administration {
  const { kind, id, name } = principal
  const common = { request: request.id, source: sourceOf(request), principal: actorOf(principal, null) }
  return createAdministration({
    database,
    mint,
    clock: { now },
    adminRoles: app.policy.rolesWith('gateway:binding:write'),
    by: { kind, id, name },
    async record(events: readonly IdentityEvent[]) {
      await Promise.all(events.map((event) => app.audit.record({ ...event, ...common })))
    },
  })
}

function callerOf({ principal }: FastifyRequest): Principal {
  if (principal === null) throw new Error('authenticate lets nobody through without a principal')
  return principal
}

function readJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, function parseJson(request, text, done) {
    if (text === '') return done(null, undefined)
    parse(request, String(text), done)
  })
}
