import { randomUUID } from 'node:crypto'
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { type Endpoint, endpointId, endpoints, isPrincipalEndpoint } from '@rack-gateway/gateway-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type System, startSystem } from '../support/gateway/system.ts'
import { createUser, type TestUser } from './callers.ts'
import { itemCreators } from './item-creators.ts'
import { type Pipelines, startPipelines } from './pipelines.ts'

const all = Object.values<Endpoint>(endpoints)
const isCompressed = (endpoint: Endpoint) => isPrincipalEndpoint(endpoint) && endpoint.compress === true
const compressed = all.filter(isCompressed)
const plain = all.filter((endpoint) => !isCompressed(endpoint))

const queries: Readonly<Record<string, string>> = {
  '/app-access': '?rack=staging&app=myapp',
  '/app-changes': '?rack=staging&app=myapp',
  '/last-changes': '?rack=staging&app=myapp',
  '/policy/effective': '?rack=staging',
}
/** More than the smallest response that is compressed needs. */
const itemsPerList = 20

describe('compression of the management API', () => {
  let system: System
  let pipelines: Pipelines
  let admin: TestUser
  beforeAll(async () => {
    const rackNames = ['staging', ...Array.from({ length: 9 }, (_, number) => `rack-${number}`)]
    system = await startSystem({ publicUrl: 'own', rackNames })
    pipelines = await startPipelines(system)
    admin = await createUser(system, 'admin')
    for (const create of Object.values(itemCreators(system, pipelines, admin)))
      for (let count = 0; count < itemsPerList; count++) await create()
  })
  afterAll(async () => {
    await pipelines.stop()
    await system.stop()
  })

  interface Sent {
    readonly status: number | undefined
    readonly headers: IncomingHttpHeaders
    readonly body: Buffer
  }

  /** Without decoding, and without headers of its own. A response that may never end is read up to its first byte. */
  function send(method: string, path: string, headers: OutgoingHttpHeaders = {}, body = ''): Promise<Sent> {
    return new Promise((resolve, reject) => {
      const authorization = `Bearer ${admin.token}`
      const length = body === '' ? {} : { 'content-type': 'application/json', 'content-length': body.length }
      const options = { method, headers: { authorization, ...length, ...headers }, agent: false }
      const sent = request(`${system.url}/gateway/api/v1${path}`, options, (response) => {
        const parts: Buffer[] = []
        const finish = () => {
          resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) })
          sent.destroy()
        }
        const isStream = !response.headers['content-type']?.startsWith('application/json')
        response.on('data', (part: Buffer) => {
          parts.push(part)
          if (isStream) finish()
        })
        response.on('end', finish)
      })
      sent.on('error', reject)
      sent.end(body)
    })
  }

  test.each(compressed)('$method $path answers gzip when asked, and plain JSON otherwise', async ({ method, path }) => {
    const target = `${path.replace('{id}', admin.id)}${queries[path] ?? ''}`
    const zipped = await send(method, target, { 'accept-encoding': 'br, gzip;q=0.5' })
    expect([zipped.status, zipped.headers]).toEqual([
      200,
      expect.objectContaining({
        'content-encoding': 'gzip',
        vary: 'accept-encoding',
        'content-type': 'application/json; charset=utf-8',
        'content-length': `${zipped.body.length}`,
      }),
    ])
    const json = JSON.parse(gunzipSync(zipped.body).toString())
    for (const headers of [{}, { 'accept-encoding': 'gzip;q=0, identity' }, { 'accept-encoding': 'br' }]) {
      const response = await send(method, target, headers)
      expect([response.status, response.headers['content-encoding'], response.headers.vary]).toEqual([
        200,
        undefined,
        'accept-encoding',
      ])
      expect(Number(response.headers['content-length'])).toBe(response.body.length)
      expect(response.body.length).toBeGreaterThan(zipped.body.length)
      expect(Object.keys(JSON.parse(response.body.toString()))).toEqual(Object.keys(json))
    }
  })

  test.each(plain)('$method $path never answers gzip', async (endpoint) => {
    const { method, path } = endpoint
    const target = `${path.replace('{id}', randomUUID())}${queries[path] ?? ''}`
    const { headers } = await send(method, target, { 'accept-encoding': 'gzip, *' }, method === 'GET' ? '' : '{}')
    expect([endpointId(endpoint), headers['content-encoding'], headers.vary]).toEqual([
      endpointId(endpoint),
      undefined,
      undefined,
    ])
  })

  test('a new token, a stream, an error, and the caller are sent as they are', async () => {
    const gzip = { 'accept-encoding': 'gzip' }
    const long = 'a'.repeat(100)
    const created = await send('POST', '/tokens', gzip, JSON.stringify({ name: long, role: 'viewer' }))
    expect([created.status, JSON.parse(created.body.toString())]).toEqual([
      201,
      expect.objectContaining({ name: long }),
    ])
    const stream = await send('GET', '/audit/export?format=csv', gzip)
    expect([stream.status, stream.body.toString()]).toEqual([200, expect.stringContaining('at,')])
    const missing = await send('GET', `/users/${randomUUID()}`, gzip)
    expect([missing.status, JSON.parse(missing.body.toString()).code]).toEqual([404, expect.any(String)])
    const me = await send('GET', '/me', gzip)
    expect([me.status, JSON.parse(me.body.toString()).id]).toEqual([200, admin.id])
    for (const { headers } of [created, stream, missing, me]) expect(headers['content-encoding']).toBeUndefined()
  })

  test('a short response is sent as it is, and tells caches that it depends on the header', async () => {
    const { headers, body } = await send('GET', '/users?limit=1', { 'accept-encoding': 'gzip' })
    expect(body.length).toBeLessThan(1_024)
    expect([headers['content-encoding'], headers.vary]).toEqual([undefined, 'accept-encoding'])
  })

  test('the ETag of a compressed response is also that of the plain one', async () => {
    const zipped = await send('GET', '/policy/matrix', { 'accept-encoding': 'gzip' })
    const plain = await send('GET', '/policy/matrix')
    const { etag = '' } = zipped.headers
    expect(etag).toMatch(/^W\//)
    expect(plain.headers.etag).toBe(etag)
    expect(gunzipSync(zipped.body).equals(plain.body)).toBe(true)
    for (const headers of [{}, { 'accept-encoding': 'gzip' }]) {
      const unchanged = await send('GET', '/policy/matrix', { ...headers, 'if-none-match': `${etag}` })
      expect([unchanged.status, unchanged.body.length, unchanged.headers]).toEqual([
        304,
        0,
        expect.objectContaining({ etag, vary: 'accept-encoding' }),
      ])
      expect(unchanged.headers['content-encoding']).toBeUndefined()
    }
  })
})
