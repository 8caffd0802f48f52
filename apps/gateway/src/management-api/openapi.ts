import { routeSummaries } from '@rack-gateway/convox-api/route-summaries'
import {
  apiPrefix,
  type Endpoint,
  type EndpointName,
  ErrorResponse,
  endpoints,
  forwardedRequest,
  forwardedRoutes,
  isPrincipalEndpoint,
  type PrincipalEndpoint,
} from '@rack-gateway/gateway-api'

const json = (schema: object) => ({ 'application/json': { schema } })
const errors = {
  400: 'The request does not match its schema.',
  401: 'The credential is missing or not valid.',
  403: 'The caller does not have the permission.',
  404: 'The item does not exist, or the caller has no permission to see it.',
  409: 'The request conflicts with the current state.',
  410: 'The item was removed.',
  413: 'The body is too large.',
  414: 'The ID in the path is longer than 100 characters.',
  421: 'The Host header does not match PUBLIC_URL.',
  429: 'Too many requests. Retry-After says when to retry, if it is present.',
  503: 'A dependency is unavailable or too slow. The error names it.',
} as const

/** TypeBox schemas are JSON Schema already. */
export function openApiDocument(): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const [name, endpoint] of entries()) {
    paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method.toLowerCase()]: operation(name, endpoint) }
  }
  for (const id of forwardedRoutes) {
    const { method, path } = forwardedRequest(id)
    paths[path] = { ...paths[path], [method.toLowerCase()]: forwardedOperation(id, path) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Rack Gateway',
      version: '1',
      description:
        'Users, sessions, service accounts, bindings, API tokens, trusts in CI systems, the policy, the audit log, session recordings, and racks. All errors have the same format.',
    },
    servers: [{ url: apiPrefix }],
    security: [{ bearer: [] }, { basic: [] }, { cookie: [], csrf: [] }],
    paths,
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'a session token, an API token, or the gateway token of a CI job (rgw_)',
        },
        job: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'the OIDC token of a CI job, with PUBLIC_URL as its audience',
        },
        basic: {
          type: 'http',
          scheme: 'basic',
          description: 'any user name except jwt, and the token as the password',
        },
        cookie: {
          type: 'apiKey',
          in: 'cookie',
          name: '__Host-rack_gateway',
          description: 'a browser session; the name is rack_gateway if PUBLIC_URL is http on a loopback address',
        },
        csrf: {
          type: 'apiKey',
          in: 'header',
          name: csrfHeader,
          description: 'required for changes with the cookie: csrfToken of GET /me',
        },
      },
      schemas: { Error: ErrorResponse },
      responses: Object.fromEntries(
        Object.entries(errors).map(([status, description]) => [
          `Refused${status}`,
          { description, content: json({ $ref: '#/components/schemas/Error' }) },
        ]),
      ),
    },
  }
}

export function entries(): [EndpointName, Endpoint][] {
  return Object.entries(endpoints) as [EndpointName, Endpoint][]
}

function operation(name: EndpointName, endpoint: Endpoint): object {
  const { path, summary, description, query, body, discardsBody, status = 200, response, mediaTypes } = endpoint
  const ids = path.includes('{id}') ? [{ name: 'id', in: 'path', required: true, schema: idSchema }] : []
  const parameters = Object.entries(query?.properties ?? {}).map(([parameter, schema]) => ({
    name: parameter,
    in: 'query',
    schema,
  }))
  return {
    operationId: name,
    summary,
    description: [...(description === undefined ? [] : [description]), requirementsOf(endpoint)].join(' '),
    tags: [path.split('/')[1]],
    ...(endpoint.authentication === 'job' && { security: [{ job: [] }] }),
    ...(endpoint.authentication === 'anyone' && { security: [] }),
    ...(isPrincipalEndpoint(endpoint) && { security: securityOf(endpoint) }),
    parameters: [...ids, ...parameters],
    ...(discardsBody && { requestBody: { content: { 'application/octet-stream': {} } } }),
    ...(body && { requestBody: { required: (body.required ?? []).length > 0, content: json(body) } }),
    responses: {
      [status]: {
        description: summary,
        content:
          mediaTypes === undefined
            ? json(response)
            : Object.fromEntries(mediaTypes.map((type) => [type, { schema: response }])),
      },
      ...(isPrincipalEndpoint(endpoint) &&
        endpoint.conditional && { 304: { description: 'Not modified: If-None-Match contains the current ETag.' } }),
      ...errorResponses({ hasId: ids.length > 0 }),
    },
  }
}

function forwardedOperation(id: (typeof forwardedRoutes)[number], path: string): object {
  const isLog = id.startsWith('WS ')
  const changes = !isLog && !id.startsWith('GET ')
  const summary = routeSummaries[id]
  if (summary === undefined) throw new Error(`the route ${id} has no summary`)
  const body = { type: 'object', description: 'the parameters of the rack API' }
  return {
    operationId: id,
    summary,
    description: `As ${id} of the rack API, with the same permission and parameters. See docs/reference/rack-api.md.`,
    tags: ['racks'],
    security: [{ bearer: [] }, { basic: [] }, changes ? { cookie: [], csrf: [] } : { cookie: [] }],
    parameters: [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
      name,
      in: 'path',
      required: true,
      schema: { type: 'string' },
    })),
    ...(changes && { requestBody: { content: { 'application/x-www-form-urlencoded': { schema: body } } } }),
    responses: {
      200: {
        description: 'The response of the rack. It has the header Answered-By: rack, and so do errors of the rack.',
        content: isLog ? { 'text/plain': { schema: { type: 'string' } } } : json({}),
      },
      ...errorResponses({ hasId: false }),
    },
  }
}

/** The router of forwarded calls has no limit for IDs. */
function errorResponses({ hasId }: { readonly hasId: boolean }): object {
  const statuses = Object.keys(errors).filter((status) => hasId || status !== '414')
  return Object.fromEntries(statuses.map((status) => [status, { $ref: `#/components/responses/Refused${status}` }]))
}

function securityOf({ method, rejectedCookieRemedy }: PrincipalEndpoint): object[] {
  const byToken = [{ bearer: [] }, { basic: [] }]
  if (rejectedCookieRemedy !== undefined) return byToken
  return [...byToken, method === 'GET' ? { cookie: [] } : { cookie: [], csrf: [] }]
}

const csrfHeader = 'X-CSRF-Token'
const idSchema = { type: 'string', format: 'uuid' }

export function requirementsOf(endpoint: Endpoint): string {
  if (endpoint.authentication === 'anyone') return 'Requires no credential.'
  if (endpoint.authentication === 'job') return 'Requires the OIDC token of a CI job that a trust admits, as Bearer.'
  const { permission, additionalPermission, scope, permissionForOthers, principalKinds } = endpoint
  const { cookieRequires, compress } = endpoint
  const requirements =
    scope === 'gateway'
      ? `Requires ${[permission, ...(additionalPermission ? [additionalPermission] : [])].join(' and ')} on all racks and apps.`
      : permissionForOthers === undefined
        ? 'Available to every caller.'
        : `Available to every caller. Access to items of other principals requires ${permissionForOthers}.`
  return [
    requirements,
    ...(principalKinds.includes('api-token') ? [] : ['Users only.']),
    ...(cookieRequires === undefined
      ? []
      : ['A browser session needs a login that is at most five minutes old, or a proof of a second factor.']),
    ...(compress ? ['Compressed with gzip if `Accept-Encoding` allows gzip.'] : []),
  ].join(' ')
}
