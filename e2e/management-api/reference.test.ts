import { createHash } from 'node:crypto'
import { type Endpoint, endpoints, forwardedRequest, forwardedRoutes } from '@rack-gateway/gateway-api'
import { writeRequest } from '@rack-gateway/testing/http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type System, startSystem } from '../support/gateway/system.ts'

let system: System
beforeAll(async () => {
  system = await startSystem()
})
afterAll(() => system.stop())

const open = (path: string) => system.raw(`GET /gateway/api/v1${path} HTTP/1.1\r\nHost: gateway\r\n\r\n`)
const shape = (value: unknown): Record<string, unknown> => Object(value)

test('the OpenAPI document has every endpoint, with its schemas and its refusals', async () => {
  const response = await open('/openapi.json')
  const document = shape(response.json)
  expect([response.status, document.openapi]).toEqual([200, '3.1.0'])
  const paths = shape(document.paths)
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(shape(methods)).map((method) => `${method.toUpperCase()} ${path}`),
  )
  const table = Object.values<Endpoint>(endpoints)
  const operations = [...table, ...forwardedRoutes.map(forwardedRequest)]
  expect(described.sort()).toEqual(operations.map(({ method, path }) => `${method} ${path}`).sort())
  for (const { method, path, status = 200 } of table) {
    const operation = shape(shape(paths[path])[method.toLowerCase()])
    expect(Object.keys(shape(operation.responses))).toEqual(expect.arrayContaining([String(status), '401', '403']))
    expect(String(operation.summary)).toMatch(/\.$/)
  }
  // The text cannot be an ID, and a method without an endpoint would be 404.
  for (const { method, path } of table) {
    const { status } = await system.raw(
      writeRequest(`${method} /gateway/api/v1${path.replaceAll(/\{\w+\}/g, 'x'.repeat(101))}`, ['Host: gateway']),
    )
    const { responses } = shape(shape(paths[path])[method.toLowerCase()])
    expect([method, path, '414' in shape(responses)]).toEqual([method, path, status === 414])
  }
  expect(shape(shape(paths['/tokens']).post)).toMatchObject({
    operationId: 'createToken',
    requestBody: {
      required: true,
      content: { 'application/json': { schema: { required: ['name'], additionalProperties: false } } },
    },
  })
})

test('each endpoint declares its credentials: a change by cookie needs the CSRF token, and a renewal accepts no cookie', async () => {
  const document = shape((await open('/openapi.json')).json)
  const schemes = shape(shape(document.components).securitySchemes)
  expect(schemes).toMatchObject({
    bearer: { type: 'http', scheme: 'bearer' },
    basic: { type: 'http', scheme: 'basic' },
    cookie: { type: 'apiKey', in: 'cookie', name: '__Host-rack_gateway' },
    csrf: { type: 'apiKey', in: 'header', name: 'X-CSRF-Token' },
  })
  const securityOf = (method: string, path: string) =>
    shape(shape(shape(document.paths)[path])[method.toLowerCase()]).security
  const byToken = [{ bearer: [] }, { basic: [] }]
  for (const [method, path, security] of [
    ['GET', '/me', [...byToken, { cookie: [] }]],
    ['POST', '/bindings', [...byToken, { cookie: [], csrf: [] }]],
    ['DELETE', '/sessions/{id}', [...byToken, { cookie: [], csrf: [] }]],
    ['POST', '/tokens', [...byToken, { cookie: [], csrf: [] }]],
    ['POST', '/session/renewal', byToken],
    ['POST', '/session/convox', byToken],
    ['GET', '/racks/{rack}/apps', [...byToken, { cookie: [] }]],
    ['PUT', '/racks/{rack}/apps/{app}/services/{service}', [...byToken, { cookie: [], csrf: [] }]],
    ['POST', '/workload-sessions', [{ job: [] }]],
    ['POST', '/cli-logins/device', []],
  ] as const)
    expect([path, securityOf(method, path)]).toEqual([path, security])
  for (const { method, path } of Object.values(endpoints))
    for (const scheme of Object.keys(Object.assign({}, ...(securityOf(method, path) as object[]))))
      expect(Object.keys(schemes)).toContain(scheme)
})

test('every reference within the document leads somewhere', async () => {
  const { body, json } = await open('/openapi.json')
  const references = [...body.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) => path)
  expect(references.length).toBeGreaterThan(20)
  const missing = references.filter(
    (path) => path.split('/').reduce<unknown>((at, name) => shape(at)[name], json) === undefined,
  )
  expect(missing).toEqual([])
})

test('the page lists every endpoint, and contains no script and no external resource', async () => {
  const { status, headers, body } = await open('/docs')
  expect(status).toBe(200)
  for (const { method, path } of Object.values(endpoints)) expect(body).toContain(`${method} /gateway/api/v1${path}`)
  expect(body).not.toMatch(/<script|<link|<img|\son\w+=|style="|javascript:/i)
  const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(body) ?? []
  const hash = createHash('sha256').update(style).digest('base64')
  expect(headers.get('content-security-policy')).toBe(
    `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'`,
  )
})
