import type { ServerResponse } from 'node:http'
import { compactVerify } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fetchJson } from './fetch-json.ts'
import { createIssuerKeys } from './issuer-keys.ts'
import { startTestIssuer, type TestIssuer } from './testing/issuer.ts'

const clock = { time: 0, now: () => clock.time }
const discovery = '/.well-known/openid-configuration'
let issuer: TestIssuer
beforeEach(async () => {
  clock.time = 1_000_000
  issuer = await startTestIssuer({ audience: 'x' })
})
afterEach(() => issuer.stop())

const kid = () => String(issuer.jwk().kid)
const notKnownYet = (retryAfter: number) => ({ code: 'RGW_KEY_NOT_KNOWN_YET', statusCode: 503, retryAfter })
const unreachable = { code: 'RGW_ISSUER_UNREACHABLE', statusCode: 503 }

test('keys are discovered once', async () => {
  const keys = createIssuerKeys({ clock })
  const header = { alg: 'RS256', kid: kid() }
  const found = await Promise.all(Array.from({ length: 50 }, () => keys.find(issuer.url, header)))
  expect(found.every((key) => key?.type === 'public')).toBe(true)
  clock.time += 599_999
  await keys.find(issuer.url, header)
  expect(issuer.asked).toEqual([discovery, '/jwks'])
})

describe('an unknown key ID', () => {
  test('causes one request to the issuer per interval', async () => {
    const keys = createIssuerKeys({ clock })
    await keys.find(issuer.url, { alg: 'RS256', kid: kid() })
    for (let round = 0; round < 3; round++) {
      clock.time += 30_000
      issuer.asked.length = 0
      const storm = Array.from({ length: 200 }, (_, at) =>
        keys.find(issuer.url, { alg: 'RS256', kid: `made-up-${at}` }),
      )
      expect(await Promise.all(storm)).toEqual(storm.map(() => null))
      clock.time += 1
      for (let at = 0; at < 20; at++)
        await expect(keys.find(issuer.url, { alg: 'RS256', kid: `later-${at}` })).rejects.toMatchObject(notKnownYet(30))
      expect(issuer.asked).toEqual([discovery, '/jwks'])
    }
  })

  test('is found after a rotation, and the old one is removed', async () => {
    const keys = createIssuerKeys({ clock })
    const old = kid()
    await keys.find(issuer.url, { alg: 'RS256', kid: old })
    await issuer.rotate()
    clock.time += 20_500
    await expect(keys.find(issuer.url, { alg: 'RS256', kid: kid() })).rejects.toMatchObject(notKnownYet(10))
    clock.time += 9_500
    expect(await keys.find(issuer.url, { alg: 'RS256', kid: kid() })).toMatchObject({ type: 'public' })
    clock.time += 30_000
    expect(await keys.find(issuer.url, { alg: 'RS256', kid: old })).toBeNull()
  })

  test('is denied permanently if the issuer was just asked for the first time', async () => {
    const keys = createIssuerKeys({ clock })
    expect(await keys.find(issuer.url, { alg: 'RS256', kid: 'made-up' })).toBeNull()
    expect(issuer.asked).toEqual([discovery, '/jwks'])
  })

  test('is not denied permanently while the issuer is unavailable', async () => {
    const keys = createIssuerKeys({ clock })
    await keys.find(issuer.url, { alg: 'RS256', kid: kid() })
    issuer.response = (_path, response) => {
      response.writeHead(500).end()
      return true
    }
    clock.time += 30_000
    const asked = keys.find(issuer.url, { alg: 'RS256', kid: 'made-up' })
    await expect(asked).rejects.toMatchObject({ ...unreachable, retryAfter: 30 })
    expect(await keys.find(issuer.url, { alg: 'RS256', kid: kid() })).not.toBeNull()
  })
})

describe('an issuer that fails', () => {
  test('is requested once an interval, and its keys stay valid for an hour', async () => {
    const keys = createIssuerKeys({ clock })
    const header = { alg: 'RS256', kid: kid() }
    await keys.find(issuer.url, header)
    issuer.response = (_path, response) => {
      response.writeHead(500).end()
      return true
    }
    clock.time += 3_599_999
    expect(await keys.find(issuer.url, header)).not.toBeNull()
    await expect.poll(() => issuer.asked.length).toBe(3)
    clock.time += 30_001
    for (let at = 0; at < 10; at++) await expect(keys.find(issuer.url, header)).rejects.toMatchObject(unreachable)
    expect(issuer.asked).toHaveLength(4)
  })

  test('is used again after it recovers', async () => {
    const keys = createIssuerKeys({ clock })
    issuer.response = (_path, response) => {
      response.writeHead(503).end()
      return true
    }
    await expect(keys.find(issuer.url, { alg: 'RS256', kid: kid() })).rejects.toMatchObject(unreachable)
    issuer.response = null
    await expect(keys.find(issuer.url, { alg: 'RS256', kid: kid() })).rejects.toMatchObject(unreachable)
    clock.time += 30_000
    expect(await keys.find(issuer.url, { alg: 'RS256', kid: kid() })).not.toBeNull()
  })

  test('is reported as unreachable if it does not run', async () => {
    await issuer.stop()
    const keys = createIssuerKeys({ clock })
    await expect(keys.find(issuer.url, { alg: 'RS256', kid: 'k' })).rejects.toMatchObject(unreachable)
    issuer = await startTestIssuer({ audience: 'x' })
  })
})

const publicKeys = () => ({ keys: [issuer.jwk()] })
const json = (value: unknown) => (response: ServerResponse) => response.end(JSON.stringify(value))

describe('an issuer that is hostile', () => {
  test.each<[string, string, (response: ServerResponse) => unknown]>([
    ['a page of HTML', discovery, (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')],
    [
      'the discovery of another issuer',
      discovery,
      (response) => json({ issuer: 'https://evil.example.com', jwks_uri: `${issuer.url}/jwks` })(response),
    ],
    [
      'keys on another server',
      discovery,
      (response) => json({ issuer: issuer.url, jwks_uri: 'https://evil.example.com/jwks' })(response),
    ],
    ['keys in a file', discovery, (response) => json({ issuer: issuer.url, jwks_uri: 'file:///etc/passwd' })(response)],
    [
      'a redirect elsewhere',
      discovery,
      (response) => response.writeHead(302, { location: `${issuer.url}/elsewhere` }).end(),
    ],
    [
      'a redirect of the keys',
      '/jwks',
      (response) => response.writeHead(307, { location: `${issuer.url}/elsewhere` }).end(),
    ],
    ['a list', '/jwks', json([])],
    ['51 keys', '/jwks', (response) => json({ keys: Array.from({ length: 51 }, () => issuer.jwk()) })(response)],
    ['1 MB of keys', '/jwks', (response) => json({ ...publicKeys(), padding: 'x'.repeat(1_048_576) })(response)],
    [
      'a compressed megabyte',
      '/jwks',
      (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip'),
    ],
    [
      'half a response',
      '/jwks',
      (response) => {
        response.writeHead(200, { 'content-length': '1000' }).write('{')
        setImmediate(() => response.destroy())
      },
    ],
  ])('%s gives no keys', async (_, path, send) => {
    issuer.response = (asked, response) => {
      if (asked !== path) return false
      send(response)
      return true
    }
    const keys = createIssuerKeys({ clock })
    await expect(keys.find(issuer.url, { alg: 'RS256', kid: kid() })).rejects.toMatchObject(unreachable)
    expect(issuer.asked).not.toContain('/elsewhere')
  })

  test('valid keys on another server are not fetched', async () => {
    const other = await startTestIssuer({ audience: 'x' })
    issuer.response = (path, response) => {
      if (path !== discovery) return false
      json({ issuer: issuer.url, jwks_uri: `${other.url}/jwks` })(response)
      return true
    }
    const header = { alg: 'RS256', kid: String(other.jwk().kid) }
    await expect(createIssuerKeys({ clock }).find(issuer.url, header)).rejects.toMatchObject(unreachable)
    expect(other.asked).toEqual([])
    await other.stop()
  })

  test('its keys are read if they are JSON with another content type', async () => {
    issuer.response = (path, response) => {
      if (path !== '/jwks') return false
      response.writeHead(200, { 'content-type': 'binary/octet-stream' }).end(JSON.stringify(publicKeys()))
      return true
    }
    expect(await createIssuerKeys({ clock }).find(issuer.url, { alg: 'RS256', kid: kid() })).not.toBeNull()
  })

  test('a slow response ends at the deadline, and uses one connection', async () => {
    issuer.response = () => true
    const deadline = new AbortController()
    const keys = createIssuerKeys({ clock, fetch: (url) => fetchJson(url, deadline.signal) })
    const waiting = Array.from({ length: 20 }, () => keys.find(issuer.url, { alg: 'RS256', kid: kid() }))
    await expect.poll(() => issuer.asked).toEqual([discovery])
    deadline.abort()
    const responses = await Promise.allSettled(waiting)
    expect(responses.every(({ status }) => status === 'rejected')).toBe(true)
    expect(issuer.asked).toEqual([discovery])
  })

  test.each([
    ['another algorithm', { alg: 'ES256' }],
    ['encryption', { use: 'enc' }],
    ['too few bits', { n: Buffer.alloc(128, 0xff).toString('base64url') }],
    ['no number', { n: '!' }],
  ])('a key for %s is not used', async (_, change) => {
    issuer.response = (path, response) => {
      if (path !== '/jwks') return false
      json({ keys: [{ ...issuer.jwk(), ...change }] })(response)
      return true
    }
    const { text, verify } = await signing(issuer)
    expect(await verify(createIssuerKeys({ clock }), text)).toBe(false)
  })

  test('two keys with the same ID are rejected', async () => {
    issuer.response = (path, response) => {
      if (path !== '/jwks') return false
      json({ keys: [issuer.jwk(), issuer.jwk()] })(response)
      return true
    }
    expect(await createIssuerKeys({ clock }).find(issuer.url, { alg: 'RS256', kid: kid() })).toBeNull()
  })
})

test('the keys of an issuer without a trust are removed', async () => {
  const keys = createIssuerKeys({ clock })
  await keys.find(issuer.url, { alg: 'RS256', kid: kid() })
  keys.keep(new Set())
  await keys.find(issuer.url, { alg: 'RS256', kid: kid() })
  expect(issuer.asked).toHaveLength(4)
})

async function signing(from: TestIssuer) {
  const text = await from.jwt()
  async function verify(keys: ReturnType<typeof createIssuerKeys>, jwt: string): Promise<boolean> {
    const key = await keys.find(from.url, { alg: 'RS256', kid: String(from.jwk().kid) })
    if (key === null) return false
    return compactVerify(jwt, key, { algorithms: ['RS256'] }).then(
      () => true,
      () => false,
    )
  }
  return { text, verify }
}
