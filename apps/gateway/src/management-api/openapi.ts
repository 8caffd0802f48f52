import {
  apiPrefix,
  type CallerEndpoint,
  type Endpoint,
  type EndpointName,
  endpoints,
  isForCallers,
} from './endpoints.ts'

const json = (schema: object) => ({ 'application/json': { schema } })
const error = {
  type: 'object',
  required: ['error', 'code', 'rule', 'source', 'reason', 'next', 'policy', 'requestId'],
  properties: {
    error: { type: 'string', description: 'the whole sentence for the person' },
    code: { type: 'string', description: 'RGW_…' },
    rule: { type: 'string', description: 'what refused it' },
    source: { type: 'string', description: 'where the rule stands' },
    reason: { type: 'string', description: 'why, alone' },
    next: { type: 'string', description: 'what to do about it, alone' },
    policy: { type: 'string', description: 'SHA-256 of the policy document in force' },
    requestId: { type: 'string', description: 'the same in the audit log' },
  },
}
const refusals = {
  400: 'The request is not as its schema says.',
  401: 'The credential lets nobody in.',
  403: 'The caller may not.',
  404: 'There is none, or the caller may not know of it.',
  409: 'It contradicts what there is.',
  410: 'It was removed.',
  413: 'The body is too large.',
  421: 'It was asked for under another name than PUBLIC_URL’s.',
  429: 'Too many of these at once or in a short while: Retry-After may say when to come again.',
  503: 'Something that it needs can’t be had, or takes too long: the sentence says what.',
} as const

/** The table of endpoints as OpenAPI 3.1. TypeBox's schemas are JSON Schema already. */
export function openApiDocument(): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const [name, endpoint] of entries()) {
    paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method.toLowerCase()]: operation(name, endpoint) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Rack Gateway',
      version: '1',
      description:
        'Users, sessions, service accounts, bindings, API tokens, trust in CI systems, the policy, the audit log and recordings. Errors have one form everywhere.',
    },
    servers: [{ url: apiPrefix }],
    security: [{ bearer: [] }, { basic: [] }, { cookie: [], csrf: [] }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'a session’s token, an API token or a job’s (rgw_)' },
        job: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'the OIDC token of a CI job, for PUBLIC_URL',
        },
        basic: { type: 'http', scheme: 'basic', description: 'any user name but jwt; the token is the password' },
        cookie: {
          type: 'apiKey',
          in: 'cookie',
          name: '__Host-rack_gateway',
          description: 'of a browser that is logged in; rack_gateway where PUBLIC_URL is http, on loopback',
        },
        csrf: {
          type: 'apiKey',
          in: 'header',
          name: csrfHeader,
          description: 'with the cookie, for each change: the csrfToken of GET /me',
        },
      },
      schemas: { Error: error },
      responses: Object.fromEntries(
        Object.entries(refusals).map(([status, description]) => [
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
  const { path, summary, query, body, status, answer, streamed } = endpoint
  const ids = path.includes('{id}') ? [{ name: 'id', in: 'path', required: true, schema: idSchema }] : []
  const parameters = Object.entries(query?.properties ?? {}).map(([parameter, schema]) => ({
    name: parameter,
    in: 'query',
    schema,
  }))
  return {
    operationId: name,
    summary,
    description: whoMay(endpoint),
    tags: [path.split('/')[1]],
    ...(endpoint.authentication === 'job' && { security: [{ job: [] }] }),
    ...(endpoint.authentication === 'anyone' && { security: [] }),
    ...(isForCallers(endpoint) && { security: securityOf(endpoint) }),
    parameters: [...ids, ...parameters],
    ...(body && { requestBody: { required: (body.required ?? []).length > 0, content: json(body) } }),
    responses: {
      [status]: {
        description: summary,
        content:
          streamed === undefined
            ? json(answer)
            : Object.fromEntries(streamed.map((type) => [type, { schema: answer }])),
      },
      ...(isForCallers(endpoint) &&
        endpoint.conditional && { 304: { description: 'The caller has it already: If-None-Match names its ETag.' } }),
      ...Object.fromEntries(
        Object.keys(refusals).map((one) => [one, { $ref: `#/components/responses/Refused${one}` }]),
      ),
    },
  }
}

/** A cookie is no credential for what answers with a token, and changes nothing without its CSRF token. */
function securityOf({ method, insteadOfCookie }: CallerEndpoint): object[] {
  const byToken = [{ bearer: [] }, { basic: [] }]
  if (insteadOfCookie !== undefined) return byToken
  return [...byToken, method === 'GET' ? { cookie: [] } : { cookie: [], csrf: [] }]
}

const csrfHeader = 'X-CSRF-Token'
const idSchema = { type: 'string', format: 'uuid' }

/** In words: what the caller needs. */
export function whoMay(endpoint: Endpoint): string {
  if (endpoint.authentication === 'anyone') return 'Anyone, without a credential.'
  if (endpoint.authentication === 'job')
    return 'A job of a CI system that a trust lets in, with its OIDC token as Bearer.'
  const { permission, also, scope, others, callers } = endpoint
  const need =
    scope === 'gateway'
      ? `Needs ${permission}${also === undefined ? '' : ` and ${also}`} on all racks and apps.`
      : scope === 'everyone'
        ? 'Everyone.'
        : `Everyone, for what is their own${others === undefined ? '' : `; for others ${others}`}.`
  return callers.includes('api-token') ? need : `${need} People only.`
}
