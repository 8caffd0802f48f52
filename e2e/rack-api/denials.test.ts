import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type System, startSystem } from '../support/gateway/system.ts'

/** Hostile and invalid input over raw sockets: a clear 4xx, no request to the rack, an event, and the process continues to serve. */
describe('denials', () => {
  let system: System
  let admin: string
  beforeAll(async () => {
    system = await startSystem({ rackNames: ['staging', 'production'] })
    admin = await system.token('admin')
  })
  afterAll(() => system.stop())
  beforeEach(() => {
    for (const rack of Object.values(system.racks)) rack.clearReceived()
  })

  function basic(token: string): string {
    return `Authorization: ${basicAuthorization(token)}`
  }
  /** The number of requests that the racks received. */
  function rackRequests(): number {
    return Object.values(system.racks).reduce((sum, rack) => sum + rack.received.length, 0)
  }
  async function stillServing(): Promise<void> {
    expect((await system.get('/rack/staging/apps?', admin)).status).toBe(200)
  }

  const notCanonical: readonly [what: string, target: string][] = [
    ['a dot segment', '/rack/staging/apps/../system'],
    ['an escaped dot segment', '/rack/staging/apps/%2e%2e/system'],
    ['a doubly escaped dot segment', '/rack/staging/apps/%252e%252e/system'],
    ['an escaped slash', '/rack/staging/apps/myapp%2freleases'],
    ['an escaped slash in upper case', '/rack/staging/apps/myapp%2Freleases'],
    ['a double slash', '/rack/staging/apps//myapp'],
    ['a semicolon', '/rack/staging/apps;x=1/myapp'],
    ['a dot segment behind a semicolon', '/rack/staging/apps/..;/system'],
    ['a backslash', '/rack/staging/apps\\myapp'],
    ['an escaped backslash', '/rack/staging/apps%5cmyapp'],
    ['an escaped letter', '/rack/staging/%61pps'],
    ['an invalid escape', '/rack/staging/apps%zz'],
    ['an escaped question mark', '/rack/staging/apps%3Fx=1'],
    ['an escaped NUL', '/rack/staging/apps/myapp%00'],
    ['an escaped line break', '/rack/staging/apps/myapp%0d%0aX:%201'],
    ['overlong UTF-8', '/rack/staging/apps/%c0%ae'],
    ['a full-width slash', '/rack/staging/apps/%ef%bc%8f'],
    ['a fragment', '/rack/staging/apps?x=1#frag'],
    ['a trailing slash', '/rack/staging/apps/'],
    ['a trailing escaped space', '/rack/staging/apps/myapp%20'],
    ['a segment of one dot', '/rack/staging/apps/./myapp'],
    ['an object key that climbs', '/rack/staging/apps/myapp/objects/a/../../b'],
    ['an object key with a lower-case escape', '/rack/staging/apps/myapp/objects/a%e4b'],
    ['absolute form', 'http://evil.example/rack/staging/apps'],
    ['absolute form with user information', 'http://staging@evil.example/apps'],
    ['a double slash in front', '//apps'],
    ['another host in front', '//evil.example/apps'],
    ['a prefix that climbs', '/rack/../apps'],
    ['a prefix with an escape', '/rack/stag%69ng/apps'],
  ]
  test.each(notCanonical)('%s is 400', async (_what, target) => {
    const response = await system.get(target, admin)
    expect(response.status).toBe(400)
    expect(response.error).not.toBe('')
    expect(rackRequests()).toBe(0)
    await stillServing()
  })

  test('the error for a slash at the end of RACK_URL explains the cause', async () => {
    const response = await system.get('//apps?', admin)
    expect([response.status, response.error]).toEqual([
      400,
      expect.stringContaining('Remove the slash at the end of RACK_URL'),
    ])
  })

  test.each([
    ['another letter case', 'GET', '/rack/staging/APPS'],
    ['an unknown route', 'GET', '/rack/staging/nosuch'],
    ['an unknown method', 'PATCH', '/rack/staging/apps'],
    ['TRACE', 'TRACE', '/rack/staging/apps'],
    ['PROPFIND', 'PROPFIND', '/rack/staging/apps'],
    ['OPTIONS', 'OPTIONS', '/rack/staging/apps'],
    ['HEAD where the rack has none', 'HEAD', '/rack/staging/apps'],
    ['an unknown rack', 'GET', '/rack/nosuch/apps'],
    ['a rack without a path', 'GET', '/rack/staging'],
  ])('%s is 404 after authentication, and recorded', async (_what, method, path) => {
    expect((await system.raw(`${method} ${path} HTTP/1.1\r\nHost: gateway\r\n\r\n`)).status).toBe(401)
    const response = await system.send(method, path, admin)
    expect(response.status).toBe(404)
    // What unauthenticated callers are denied is counted, and written up to a second later.
    expect((await system.events()).findLast(({ kind }) => kind !== 'refused')).toMatchObject({
      kind: 'call',
      principal: { name: 'admin@example.com' },
      status: 404,
      decision: { effect: 'deny' },
    })
    expect(rackRequests()).toBe(0)
  })

  test.each([
    ['two Authorization headers', ['Authorization: Bearer x']],
    ['two Hosts', ['Host: other']],
    ['two Content-Types', ['Content-Type: a/b', 'Content-Type: application/octet-stream']],
  ])('%s are 400', async (_what, headers) => {
    const response = await system.send('GET', '/rack/staging/apps', admin, '', headers)
    expect(response.status).toBe(400)
    expect(rackRequests()).toBe(0)
  })

  test.each([
    ['Sec-Fetch-Site', ['Sec-Fetch-Site: cross-site']],
    ['Sec-Fetch-Site of the same site', ['Sec-Fetch-Site: same-origin']],
    ['an Origin', ['Origin: https://evil.example']],
    ['a null Origin', ['Origin: null']],
  ])('a request of a web page is denied by %s', async (_what, headers) => {
    const response = await system.send('GET', '/rack/staging/apps', admin, '', headers)
    expect(response.status).toBe(403)
    expect(rackRequests()).toBe(0)
  })

  describe('a response and its event report the same denial', () => {
    const refused: readonly [what: string, method: string, target: string][] = [
      ['of an unknown route', 'GET', '/rack/staging/nothing'],
      ['of an unknown rack', 'GET', '/rack/nowhere/apps'],
      ['of no rack', 'GET', '/apps'],
      ['of an unknown parameter', 'GET', '/rack/staging/apps?evil=1'],
      ['of a blocked operation', 'PUT', '/rack/staging/system'],
      ['of an identity that does not exist', 'GET', '/gateway/api/v1/tokens/x'],
    ]
    test.each(refused)('%s', async (_what, method, target) => {
      const response = await system.send(method, target, admin)
      expect(response.status).toBeGreaterThanOrEqual(400)
      const { requestId, rule, source, reason, next, policy } = response.json as Record<string, unknown>
      expect({ rule, source, reason, next, policy }).toEqual({
        policy: system.app.policy.hash,
        rule: expect.stringMatching(/./),
        source: expect.stringMatching(/./),
        reason: expect.stringMatching(/^.+[.!?]$/),
        next: expect.stringMatching(/^[A-Z].+[.!?]$/),
      })
      const [event] = (await system.events()).filter((one) => one.request === requestId)
      expect(event?.decision).toMatchObject({ effect: 'deny', rule, source, reason, next, policy })
    })

    test('to an unauthenticated caller', async () => {
      const response = await system.raw('GET /rack/staging/apps HTTP/1.1\r\nHost: gateway\r\n\r\n')
      const { rule, source, reason, next, policy } = response.json as Record<string, unknown>
      expect(policy).toBe(system.app.policy.hash)
      expect([rule, source, next]).toEqual([
        'no-credential',
        'gateway',
        expect.stringMatching(/^Run "rack-gateway login"/),
      ])
      const events = async () => (await system.events()).filter(({ kind }) => kind === 'refused')
      await expect
        .poll(async () => (await events()).map(({ decision }) => decision))
        .toContainEqual({ effect: 'deny', rule, source, reason, next, policy })
    })
  })

  test('a cookie without a credential is 403, not a login', async () => {
    const response = await system.raw('GET /rack/staging/apps HTTP/1.1\r\nHost: gateway\r\nCookie: session=1\r\n\r\n')
    expect(response.status).toBe(403)
    expect(response.headers.has('www-authenticate')).toBe(false)
  })

  test('a wrong or missing credential is 401 without WWW-Authenticate, and counted', async () => {
    const texts = [
      '',
      basic('nonsense'),
      'Authorization: Bearer nonsense',
      'Authorization: Digest x',
      basic(`${admin}x`),
      basic(`${admin.slice(0, -1)}${admin.endsWith('0') ? '1' : '0'}`),
      basic(''),
    ]
    for (const text of texts) {
      const response = await system.raw(
        `GET /rack/staging/apps HTTP/1.1\r\nHost: gateway\r\n${text === '' ? '' : `${text}\r\n`}\r\n`,
      )
      expect([response.status, response.headers.has('www-authenticate')]).toEqual([401, false])
      expect(response.error).not.toBe('')
    }
    expect(rackRequests()).toBe(0)
    await expect
      .poll(async () => (await system.events()).filter(({ kind }) => kind === 'refused').length)
      .toBeGreaterThan(0)
  })

  test.each([
    ['a length and chunks', 'Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['two lengths', 'Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc'],
    ['a signed length', 'Content-Length: +3\r\n\r\nabc'],
    ['an unknown transfer coding', 'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
    ['a space before the colon', 'X-Test : 1\r\n\r\n'],
    ['a folded header', 'X-Test: 1\r\n 2\r\n\r\n'],
    ['a bare line feed', 'X-Test: 1\nX-Other: 2\r\n\r\n'],
    ['a NUL in a header', 'X-Test: a\0b\r\n\r\n'],
    ['headers over 64 KiB', `X-Test: ${'a'.repeat(70_000)}\r\n\r\n`],
  ])('the parser rejects %s with a JSON error', async (_what, rest) => {
    const response = await system.raw(`POST /rack/staging/apps HTTP/1.1\r\nHost: gateway\r\n${basic(admin)}\r\n${rest}`)
    expect(response.status).toBeGreaterThanOrEqual(400)
    expect(response.status).toBeLessThan(500)
    expect(response.json).toMatchObject({
      error: expect.any(String),
      code: expect.stringMatching(/^RGW_/),
      requestId: expect.any(String),
    })
    expect(rackRequests()).toBe(0)
    await stillServing()
  })

  test.each([
    ['CONNECT', 'CONNECT staging:443 HTTP/1.1\r\nHost: gateway\r\n\r\n', 405],
    [
      'h2c',
      `GET /rack/staging/apps HTTP/1.1\r\nHost: gateway\r\n${'{auth}'}\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n`,
      400,
    ],
    [
      'an upgrade with a body',
      `POST /rack/staging/apps HTTP/1.1\r\nHost: gateway\r\n${'{auth}'}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 3\r\n\r\nabc`,
      400,
    ],
    [
      'a GET with a body',
      `GET /rack/staging/apps HTTP/1.1\r\nHost: gateway\r\n${'{auth}'}\r\nContent-Length: 3\r\n\r\nabc`,
      400,
    ],
  ])('%s is rejected', async (_what, text, status) => {
    const response = await system.raw(text.replace('{auth}', basic(admin)))
    expect(response.status).toBe(status)
    expect(response.json).toMatchObject({ error: expect.any(String), code: expect.stringMatching(/^RGW_/) })
    expect(rackRequests()).toBe(0)
    await stillServing()
  })

  test.each([
    ['a doubled key', 'lock=true&lock=false', 'application/x-www-form-urlencoded', 400],
    ['an unknown key', 'lock=true&admin=1', 'application/x-www-form-urlencoded', 400],
    ['a semicolon', 'lock=true;parameters=x', 'application/x-www-form-urlencoded', 400],
    [
      'multipart',
      '--X\r\nContent-Disposition: form-data; name="lock"\r\n\r\ntrue\r\n--X--\r\n',
      'multipart/form-data; boundary=X',
      400,
    ],
    ['JSON', '{"lock":"true"}', 'application/json', 400],
    ['a garbage type', 'lock=true', 'garbage', 415],
  ])('a form with %s is rejected', async (_what, body, type, status) => {
    const response = await system.send('PUT', '/rack/staging/apps/myapp?', admin, body, [`Content-Type: ${type}`])
    expect(response.status).toBe(status)
    expect(response.json).toMatchObject({ error: expect.any(String), code: expect.stringMatching(/^RGW_/) })
    expect(rackRequests()).toBe(0)
  })

  test('a form together with a query is rejected', async () => {
    const response = await system.send('PUT', '/rack/staging/apps/myapp?lock=false', admin, 'lock=true', [
      'Content-Type: application/x-www-form-urlencoded',
    ])
    expect([response.status, rackRequests()]).toEqual([400, 0])
  })

  test('a client that waits for 100 Continue and is denied never sends its body', async () => {
    const viewer = await system.token('viewer')
    const response = await system.raw(
      `POST /rack/staging/apps/myapp/objects/tmp/a.tgz HTTP/1.1\r\nHost: gateway\r\n${basic(viewer)}\r\nExpect: 100-continue\r\nContent-Length: 1000000\r\n\r\n`,
    )
    expect([response.status, rackRequests()]).toEqual([403, 0])
  })

  test('the body of a denied request is not read as the next request', async () => {
    const viewer = await system.token('viewer')
    const smuggled = `DELETE /apps/myapp HTTP/1.1\r\nHost: gateway\r\n${basic(admin)}\r\n\r\n`
    await system.raw(
      `POST /rack/staging/apps/myapp/objects/tmp/a.tgz HTTP/1.1\r\nHost: gateway\r\n${basic(viewer)}\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
    )
    await stillServing()
    expect((await system.events()).filter(({ method }) => method === 'DELETE')).toHaveLength(0)
  })

  test('an invalid escape in a path of the gateway is a 400 with a JSON error, and counted', async () => {
    const response = await system.raw('GET /gateway/%zz HTTP/1.1\r\nHost: gateway\r\n\r\n')
    expect(response.status).toBe(400)
    expect(response.json).toMatchObject({ error: expect.any(String), code: expect.stringMatching(/^RGW_/) })
    await expect
      .poll(async () => (await system.events()).filter(({ decision }) => decision?.reason?.includes('an escape that')))
      .toEqual([expect.objectContaining({ kind: 'refused' })])
  })

  test('every message is safe for a terminal and for printf', async () => {
    const response = await system.get('/rack/staging/apps/%25s', admin)
    expect(response.error).not.toMatch(/[%\u0000-\u001f]/)
  })
})
