import { startTestIssuer } from '@rack-gateway/auth/testing'
import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { connectRaw, readResponse, writeRequest } from '@rack-gateway/testing/http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LoginSystem, startLoginSystem } from '../support/login/login.ts'

const perMinute = 10
/** Bytes. Almost as many as Node accepts. */
const large = 60_000
const pairs = (count: number) => Array.from({ length: count }, () => 'a=b').join('; ')
const webSocket = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
]

let at: LoginSystem
let viewer: string
let session: string
let networks = 0
beforeAll(async () => {
  at = await startLoginSystem({}, { unauthenticatedPerMinute: perMinute, trustedProxies: ['127.0.0.1'] })
  viewer = await at.system.token('viewer')
  session = (await at.login('viewer')).browser.cookies.get('rack_gateway') ?? ''
})
afterAll(() => at.stop())

const newNetwork = () => `192.0.2.${++networks}`
const host = () => `Host: ${new URL(at.system.url).host}`
const send = (start: string, headers: readonly string[] = [], body = '') =>
  at.system.raw(writeRequest(start, [host(), ...headers], body))
const from = (address: string, start: string, headers: readonly string[] = []) =>
  send(start, [`X-Forwarded-For: ${address}`, ...headers])
const rulesOf = async () => (await at.system.events()).map(({ decision }) => decision?.rule)

/** @returns the address of a network above its limits for the rack API and for everything else */
async function floodedNetwork(): Promise<string> {
  const address = newNetwork()
  for (let count = 0; count < perMinute; count++) {
    expect((await from(address, 'GET /apps')).status).toBe(401)
    expect((await from(address, 'GET /gateway/nothing')).status).toBe(404)
  }
  return address
}

const addresses = [
  'GET /apps',
  'POST /apps',
  'GET /rack/staging/apps',
  'GET /machines',
  'GET /check',
  'GET /gateway/health/live',
  'GET /gateway/health/ready',
  'GET /gateway/api/v1/me',
  'GET /gateway/api/v1/audit/keys',
  'POST /gateway/api/v1/cli-logins/loopback',
  'POST /gateway/api/v1/workload-sessions',
  'GET /gateway/api/v1/racks/staging/apps',
  'GET /gateway/auth/login',
  'GET /gateway/auth/callback?code=x&state=y',
  'POST /gateway/auth/logout',
  'GET /gateway/device',
  'GET /gateway/',
  'GET /gateway/assets/x.js',
  'POST /gateway/csp-reports',
  'GET /gateway/nothing',
  'GET /gateway/%zz',
  'GET /login/u2f?token=x',
  'PURGE /gateway/nothing',
]

describe('large cookies', () => {
  test.concurrent.each(addresses)('are rejected at %s', async (start) => {
    for (const lines of [
      [`Cookie: ${pairs(12_000)}`],
      [`Cookie: ${pairs(65)}`],
      [`Cookie: a=${'x'.repeat(9_000)}`],
      [`Cookie: ${pairs(40)}`, `Cookie: ${pairs(40)}`],
      [`Cookie: a=${'x'.repeat(5_000)}`, 'Accept: */*', `cookie: b=${'x'.repeat(5_000)}`],
    ]) {
      const response = await from(newNetwork(), start, lines)
      expect([response.status, response.json]).toEqual([
        431,
        expect.objectContaining({ code: 'RGW_BAD_FRAME', rule: 'cookie-size', requestId: expect.any(String) }),
      ])
    }
  })

  test('are rejected at an upgrade', async () => {
    const response = await from(newNetwork(), 'GET /apps/myapp/logs', [...webSocket, `Cookie: ${pairs(65)}`])
    expect([response.status, response.json]).toEqual([431, expect.objectContaining({ rule: 'cookie-size' })])
  })

  test('are rejected also with a valid credential, and the denial names no principal', async () => {
    const credentials = [
      [`Authorization: Bearer ${viewer}`, `Cookie: ${pairs(65)}`],
      [`Cookie: rack_gateway=${session}; ${pairs(64)}`],
    ]
    for (const lines of credentials) expect((await send('GET /gateway/api/v1/me', lines)).status).toBe(431)
    const denials = async () => (await at.system.events()).filter(({ decision }) => decision?.rule === 'cookie-size')
    await expect.poll(denials).not.toEqual([])
    for (const { kind, principal } of await denials()) expect([kind, principal]).toEqual(['refused', undefined])
    const filled = `Cookie: ${pairs(63)}; rack_gateway=${session}`
    expect((await send('GET /gateway/api/v1/me', [filled])).status).toBe(200)
  })

  test('count as unauthenticated requests, and keep their own error above the limit', async () => {
    const address = newNetwork()
    for (let count = 0; count <= perMinute; count++)
      expect((await from(address, 'GET /gateway/nothing', [`Cookie: ${pairs(65)}`])).status).toBe(431)
    expect((await from(address, 'GET /gateway/nothing')).status).toBe(429)
  })

  test('are shown as a page to a person', async () => {
    const response = await send('GET /gateway/auth/login', ['Accept: text/html', `Cookie: ${pairs(65)}`])
    expect([response.status, response.body]).toEqual([431, expect.stringContaining('Delete the cookies of this site')])
  })
})

test('the rack API ignores cookies, which the management API reads', async () => {
  const lines = [`Authorization: Bearer ${viewer}`, `Cookie: rack_gateway=${session}; rack_gateway=x`]
  expect((await send('GET /apps', lines)).status).toBe(200)
  expect((await from(newNetwork(), 'GET /gateway/api/v1/me', lines)).json).toMatchObject({ rule: 'two-credentials' })
})

describe('X-Forwarded-For', () => {
  test.each([',', '1,', '127.0.0.1,', '::1, '])(
    'above a limit (%j) is rejected, and counts for the caller',
    async (part) => {
      const address = newNetwork()
      const header = `X-Forwarded-For: ${part.repeat(large / part.length)}${address}`
      for (let count = 0; count < perMinute; count++) {
        const response = await send('GET /gateway/nothing', [header])
        expect([response.status, response.json]).toEqual([431, expect.objectContaining({ rule: 'forwarded-size' })])
      }
      expect((await from(address, 'GET /gateway/nothing')).status).toBe(429)
      expect((await from(newNetwork(), 'GET /gateway/nothing')).status).toBe(404)
    },
  )

  test('is rejected also where the router rejects the path', async () => {
    const response = await send('GET /gateway/%zz', [`X-Forwarded-For: ${'127.0.0.1,'.repeat(6_000)}192.0.2.250`])
    expect([response.status, response.json]).toEqual([431, expect.objectContaining({ rule: 'forwarded-size' })])
  })

  test('of 32 addresses is read', async () => {
    const header = `X-Forwarded-For: ${'198.51.100.1, '.repeat(31)}${newNetwork()}`
    expect((await send('GET /apps', [header, `Authorization: Bearer ${viewer}`])).status).toBe(200)
  })
})

describe('a large target', () => {
  const query = Array.from({ length: 20_000 }, () => 'a').join('&')
  test.concurrent.each([
    ['GET /gateway/api/v1/me?', 'target-too-long'],
    ['GET /gateway/auth/login?', 'target-too-long'],
    ['GET /gateway/?', 'target-too-long'],
    ['GET /login/u2f?', 'target-too-long'],
    ['GET /apps?', 'target-too-long'],
    ['GET /gateway/api/v1/racks/staging/apps?', 'target-too-long'],
  ])('is rejected at %s', async (start, rule) => {
    const many = await from(newNetwork(), `${start}${query}`, [`Authorization: Bearer ${viewer}`])
    expect([many.status, many.json]).toEqual([400, expect.objectContaining({ rule })])
  })

  test.concurrent.each(['GET /gateway/api/v1/me?', 'GET /gateway/auth/login?', 'GET /gateway/?', 'GET /login/u2f?'])(
    'with more than 512 parameters is rejected at %s',
    async (start) => {
      const response = await from(newNetwork(), `${start}${query.slice(0, 2 * 513)}`, [
        `Authorization: Bearer ${viewer}`,
      ])
      expect([response.status, response.json]).toEqual([400, expect.objectContaining({ rule: 'query-parameters' })])
    },
  )

  test.each(['GET /gateway/assets/', 'GET /gateway/access/'])(
    'with a path above 2 KiB is rejected at %s',
    async (start) => {
      const response = await from(newNetwork(), `${start}${'a/'.repeat(1_024)}`)
      expect([response.status, response.json]).toEqual([400, expect.objectContaining({ rule: 'target-too-long' })])
    },
  )
})

test('more than 256 headers are rejected at every address', async () => {
  for (const start of addresses) {
    const response = await from(
      newNetwork(),
      start,
      Array.from({ length: 2_000 }, (_, index) => `x${index}:`),
    )
    expect([response.status, response.json]).toEqual([400, expect.objectContaining({ rule: 'header-count' })])
  }
})

describe('above the limit of a network', () => {
  let address: string
  beforeAll(async () => {
    address = await floodedNetwork()
  })

  const expectLimited = (response: { readonly status: number; readonly body: string }) =>
    expect(response.status).toBe(429)

  test.concurrent.each(addresses.filter((start) => !/\/check|\/health\/|%zz/.test(start)))(
    'a request without a credential is denied at %s',
    async (start) => expectLimited(await from(address, start)),
  )

  const forged = `rgs_${'0'.repeat(63)}`
  const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const jwt = `${base64({ alg: 'RS256', kid: 'x' })}.${base64({ iss: 'https://ci.example', sub: 'x' })}.AAAA`
  test.concurrent.each([
    ['a forged token', `Authorization: Bearer ${forged}`],
    ['a Bearer of 60 KB', `Authorization: Bearer ${'x'.repeat(large)}`],
    ['a JWT of 60 KB', `Authorization: Bearer eyJ${'.'.repeat(large)}`],
    ['a JWT for nobody', `Authorization: Bearer ${jwt}`],
    ['a Basic of 60 KB', `Authorization: Basic ${Buffer.alloc(44_000).toString('base64')}`],
    ['a forged cookie', `Cookie: rack_gateway=${forged}`],
    ['another cookie', 'Cookie: a=b'],
  ])('%s is denied before the body arrives, of which nothing is read', async (_what, line) => {
    for (const start of [
      'POST /apps',
      'POST /gateway/auth/cli',
      'POST /gateway/device',
      'POST /gateway/csp-reports',
      'POST /gateway/api/v1/cli-logins/loopback',
      'POST /gateway/api/v1/workload-sessions',
      'POST /gateway/api/v1/policy/check',
    ]) {
      const connection = await connectRaw(at.system.url)
      const type = 'Content-Type: application/x-www-form-urlencoded'
      const lines = [host(), `X-Forwarded-For: ${address}`, line, type, 'Content-Length: 4000']
      connection.send(writeRequest(start, lines))
      expectLimited(await readResponse(connection))
      connection.end()
    }
  })

  test('an upgrade is denied', async () => {
    expectLimited(await from(address, 'GET /apps/myapp/logs', webSocket))
  })

  test('health is answered', async () => {
    for (const start of ['GET /check', 'GET /gateway/health/live'])
      expect((await from(address, start)).status).toBe(200)
  })

  test('valid credentials are accepted', async () => {
    for (const line of [`Authorization: Bearer ${viewer}`, `Authorization: ${basicAuthorization(viewer)}`]) {
      expect((await from(address, 'GET /apps', [line])).status).toBe(200)
      expect((await from(address, 'GET /gateway/api/v1/me', [line])).status).toBe(200)
    }
    const cookie = [`Cookie: rack_gateway=${session}`]
    expect((await from(address, 'GET /gateway/api/v1/me', cookie)).status).toBe(200)
    expect((await from(address, 'GET /gateway/', cookie)).status).not.toBe(429)
  })

  test('the valid JWT of a job is accepted, exchanged or as the credential itself', async () => {
    const issuer = await startTestIssuer({ audience: at.system.url })
    const admin = await at.system.token('admin', { email: 'trusts@example.com' })
    const conditions = [{ claim: 'repository_id', equals: '74' }]
    const trust = { name: 'ci', issuer: issuer.url, conditions, role: 'ci', racks: 'staging' }
    const json = ['Content-Type: application/json']
    const created = await send(
      'POST /gateway/api/v1/trusts',
      [`Authorization: Bearer ${admin}`, ...json],
      JSON.stringify(trust),
    )
    expect(created.status).toBe(201)
    const bearer = async () => `Authorization: Bearer ${await issuer.jwt()}`
    expect((await from(address, 'GET /rack/staging/apps', [await bearer()])).status).toBe(200)
    const exchanged = await from(address, 'POST /gateway/api/v1/workload-sessions', [await bearer(), ...json])
    expect(exchanged.status).toBe(201)
    await issuer.stop()
  })

  test('denials are counted', async () => {
    await expect.poll(rulesOf).toContain('unauthenticated-limit')
  })
})
