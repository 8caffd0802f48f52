import type { TSchema } from 'typebox'
import { expect, test } from 'vitest'
import { type Endpoint, endpointId, isPrincipalEndpoint } from './endpoint.ts'
import { endpoints } from './index.ts'

const all = Object.entries<Endpoint>(endpoints)

test('no two operations have the same method and path', () => {
  const ids = all.map(([, endpoint]) => endpointId(endpoint))
  expect(new Set(ids).size).toBe(ids.length)
})

test.each(all)('%s has a body only if its method is POST', (_name, { method, body }) => {
  if (body !== undefined) expect(method).toBe('POST')
})

test.each(all)('%s rejects unknown members of its query and its body', (_name, { query, body }) => {
  for (const schema of [query, body])
    if (schema !== undefined) expect(schema).toHaveProperty('additionalProperties', false)
})

test.each(all)('a newer gateway can extend the response of %s', (_name, { response }) => {
  expect(schemasIn(response).filter((schema) => Reflect.get(schema, 'additionalProperties') === false)).toEqual([])
})

test.each(all)('%s describes itself in sentences', (_name, { summary, description }) => {
  for (const text of [summary, description]) if (text !== undefined) expect(text).toMatch(/^[A-Z].*\.$/s)
})

test('no read counts as a revocation', () => {
  for (const [, endpoint] of all)
    if (isPrincipalEndpoint(endpoint) && endpoint.isRevocation) expect(endpoint.method).not.toBe('GET')
})

const compressed = all.filter(([, endpoint]) => isPrincipalEndpoint(endpoint) && endpoint.compress)

test.each(compressed)('%s is a read of JSON, so it can be compressed', (_name, endpoint) => {
  expect(endpoint).toMatchObject({ method: 'GET' })
  for (const name of ['mediaTypes', 'acceptsWebSocket', 'rejectedCookieRemedy', 'cookieRequires', 'stepUp'])
    expect(endpoint).not.toHaveProperty(name)
})

const secretMembers = ['token', 'csrfToken', 'code', 'codes', 'backupCodes', 'secret', 'uri', 'proof', 'result']
const withSecret = [
  'me',
  'renewSession',
  'createConvoxSession',
  'redeemLoopbackLogin',
  'beginDeviceLogin',
  'pollDeviceLogin',
  'beginEnrollment',
  'addSecondFactor',
  'createBackupCodes',
  'proveStepUp',
  'redeemStepUp',
  'createToken',
  'rotateToken',
  'exchangeJobToken',
]

test('no response with a secret is compressed', () => {
  const found = all.filter(([, { response }]) => membersOf(response).some((name) => secretMembers.includes(name)))
  expect(found.map(([name]) => name)).toEqual(withSecret)
  expect(compressed.filter(([name]) => withSecret.includes(name))).toEqual([])
})

function membersOf(schema: TSchema): string[] {
  return schemasIn(schema).flatMap((one) => Object.keys(Reflect.get(one, 'properties') ?? {}))
}

function schemasIn(schema: TSchema): object[] {
  return [schema, ...Object.values(schema).flatMap((value) => (isObject(value) ? schemasIn(value) : []))]
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
