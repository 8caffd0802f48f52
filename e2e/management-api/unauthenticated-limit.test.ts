import type { RawResponse } from '@rack-gateway/testing/http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type StatementCounter, startStatementCounter } from '../support/gateway/statement-counter.ts'
import { type System, startSystem } from '../support/gateway/system.ts'
import { type Browser, createBrowser, type Visit } from '../support/login/browser.ts'
import { beginLoopback } from '../support/login/cli-login.ts'
import { type LoginSystem, startLoginSystem } from '../support/login/login.ts'
import { createUser } from './callers.ts'

describe('unauthenticated requests', () => {
  let system: System
  let statementCounter: StatementCounter
  let viewer: string
  let senders = 0
  beforeAll(async () => {
    system = await startSystem({
      unauthenticatedPerMinute: 10,
      trustedProxies: ['127.0.0.1'],
      databaseProxy: async (url) => {
        statementCounter = await startStatementCounter(url)
        return statementCounter.url
      },
    })
    viewer = (await createUser(system, 'viewer')).token
  })
  afterAll(async () => {
    await system.stop()
    statementCounter.close()
  })

  const from = (address: string, target: string, more: readonly string[] = []): Promise<RawResponse> =>
    system.raw(`GET ${target} HTTP/1.1\r\n${['Host: x', `X-Forwarded-For: ${address}`, ...more].join('\r\n')}\r\n\r\n`)
  const good = (address: string) => from(address, '/apps?', [`Authorization: Bearer ${viewer}`])
  const statusesAtOnce = async (count: number, ask: () => Promise<RawResponse>) =>
    (await Promise.all(Array.from({ length: count }, ask))).map(({ status }) => status)
  async function statuses(count: number, ask: () => Promise<RawResponse>): Promise<number[]> {
    const seen: number[] = []
    for (let done = 0; done < count; done++) seen.push((await ask()).status)
    return seen
  }
  const ten = (status: number) => Array<number>(10).fill(status)

  test.concurrent.each([
    ['no credential at the rack API', '/apps?', [], 401],
    ['a wrong credential at the rack API', '/apps?', ['Authorization: Bearer rgt_nonsense'], 401],
    ['a wrong credential at the management API', '/gateway/api/v1/users', ['Authorization: Basic eDp5'], 401],
    ['unknown addresses', '/gateway/nothing', [], 404],
    ['the OpenAPI document', '/gateway/api/v1/openapi.json', [], 200],
    ['an ambiguous path', '/apps/../x', [], 400],
  ])(
    '%s: ten a minute, then 429 with Retry-After; a caller with a token continues',
    async (_what, target, headers, status) => {
      const address = `192.0.2.${++senders}`
      expect(await statuses(11, () => from(address, target, headers))).toEqual([...ten(status), 429])
      const refused = await from(address, target, headers)
      expect(refused.json).toMatchObject({ code: 'RGW_TOO_MANY_REQUESTS', rule: 'unauthenticated-limit' })
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(60)
      expect((await good(address)).status).toBe(200)
      expect((await from('198.51.100.9', '/gateway/nothing')).status).not.toBe(429)
    },
  )

  test('denied calls of racks do not prevent other users at the same address from logging in', async () => {
    const address = `192.0.2.${++senders}`
    expect(await statuses(11, () => from(address, '/apps?'))).toEqual([...ten(401), 429])
    expect((await from(address, '/gateway/api/v1/audit/keys')).status).toBe(200)
  })

  test('a revoked token is limited by its owner, from any address', async () => {
    const { id, token } = await system.issuer.issueSession({
      email: 'left@example.com',
      device: 'test',
      expiresAt: Date.now() + 60_000,
    })
    const going = await system.token('viewer', { email: 'left@example.com' })
    await system.issuer.endSession(id, 'lost laptop')
    const tried = async (address: number) =>
      JSON.parse((await from(`203.0.113.${address}`, '/apps?', [`Authorization: Bearer ${token}`])).body).rule
    await expect.poll(() => tried(100)).toBe('ended-session')
    const rules: unknown[] = []
    for (let count = 1; count < 12; count++) rules.push(await tried(100 + count))
    expect(rules.slice(0, 8)).toEqual(Array(8).fill('ended-session'))
    expect(rules.slice(-2)).toEqual(['account-limit', 'account-limit'])
    const live = await from('203.0.113.101', '/apps?', [`Authorization: Bearer ${going}`])
    expect(live.status).toBe(200)
  })

  test('calls with a token are never counted', async () => {
    await statuses(30, () => good('203.0.113.1'))
    expect((await from('203.0.113.1', '/apps?')).status).toBe(401)
  })

  test('one IPv6 /64 is one client network, and the next one another', async () => {
    let host = 0
    expect(await statuses(11, () => from(`2001:db8:0:7::${(++host).toString(16)}`, '/apps?'))).toEqual([
      ...ten(401),
      429,
    ])
    expect((await from('2001:db8:0:8::1', '/apps?')).status).toBe(401)
  })

  test('the networks of one IPv6 /56 have four times the limit of one network', async () => {
    for (let network = 0; network < 4; network++)
      expect(await statuses(10, () => from(`2001:db8:0:9${network}0::1`, '/apps?'))).toEqual(ten(401))
    expect((await from('2001:db8:0:9ff::1', '/apps?')).status).toBe(429)
    expect((await from('2001:db8:0:a00::1', '/apps?')).status).toBe(401)
  })

  test('requests above the limit of a network do not count for its /56', async () => {
    expect((await statuses(60, () => from('2001:db8:0:b00::1', '/apps?'))).at(-1)).toBe(429)
    expect((await from('2001:db8:0:b01::1', '/apps?')).status).toBe(401)
  })

  test('an IPv4-mapped IPv6 address counts as its IPv4 address', async () => {
    expect(await statuses(10, () => from('203.0.113.140', '/apps?'))).toEqual(ten(401))
    expect((await from('::ffff:203.0.113.140', '/apps?')).status).toBe(429)
  })

  test('a forged X-Forwarded-For is ignored: the address from the proxy counts', async () => {
    let forged = 0
    const ask = () => from(`10.0.0.${++forged}, 203.0.113.77`, '/apps?')
    expect(await statuses(11, ask)).toEqual([...ten(401), 429])
  })

  test('health endpoints are not limited', async () => {
    expect(await statuses(30, () => from('203.0.113.5', '/gateway/health/live'))).toEqual(Array(30).fill(200))
    expect(await statuses(30, () => from('203.0.113.5', '/check'))).toEqual(Array(30).fill(200))
  })

  test('a flood costs no query', async () => {
    await expect.poll(async () => (await good('203.0.113.9')).status).toBe(200)
    let attempts = 0
    // A periodic query of the gateway can fall into one attempt, but not into each.
    const queries = async () => {
      const address = `203.0.114.${++attempts}`
      statementCounter.take()
      const seen = await statusesAtOnce(100, () =>
        from(address, '/gateway/api/v1/users', ['Authorization: Bearer rgt_x']),
      )
      expect(seen.filter((status) => status === 429)).toHaveLength(90)
      return statementCounter.take()['rack-gateway'] ?? 0
    }
    await expect.poll(queries).toBe(0)
  })
})

describe('pages without a login', () => {
  let at: LoginSystem
  let known: Browser
  let login: string
  let senders = 0
  beforeAll(async () => {
    at = await startLoginSystem({}, { unauthenticatedPerMinute: 20, trustedProxies: ['127.0.0.1'] })
    known = (await at.login('viewer')).browser
    login = new URL((await beginLoopback(at)).address).search
  })
  afterAll(() => at.stop())

  const bogus = { authorization: 'Bearer rgs_nonsense' }
  const form = { code: 'BBBB-BBBB', request: 'x', login: 'x', csrf_token: 'x' }

  const fetchOf = (site: string, mode: string, dest: string) => ({
    'sec-fetch-site': site,
    'sec-fetch-mode': mode,
    'sec-fetch-dest': dest,
  })

  test('requests embedded by another site do not prevent the visitor from logging in', async () => {
    const from = { 'x-forwarded-for': `192.0.2.${++senders}` }
    const image = fetchOf('cross-site', 'no-cors', 'image')
    const frame = fetchOf('cross-site', 'navigate', 'iframe')
    const addresses = ['/gateway/auth/login', '/gateway/auth/callback?code=x&state=y', '/gateway/nothing', '/gateway/']
    for (let asked = 0; asked < 24; asked++) {
      const headers = { ...from, ...(asked % 2 === 0 ? image : frame) }
      const page = await at.visit(createBrowser(), addresses[asked % 4] ?? '', { headers })
      expect(page.setCookies).toEqual([])
      if (asked >= 20) expect(page.status).toBe(429)
      else if (addresses[asked % 4]?.startsWith('/gateway/auth/')) expect(page.status).toBe(403)
    }
    const link = { ...from, ...fetchOf('cross-site', 'navigate', 'document') }
    const login = await at.visit(createBrowser(), '/gateway/auth/login', { headers: link })
    expect([login.status, login.location]).toEqual([303, expect.stringContaining(at.idp.issuer)])
  })

  test.concurrent.each<[string, () => string, Visit, number]>([
    ['the first page', () => '/gateway/', {}, 303],
    ['the first page without a slash', () => '/gateway', {}, 303],
    ['the first page, with a wrong token', () => '/gateway/', { headers: bogus }, 303],
    ['a login of the CLI', () => `/gateway/auth/cli${login}`, {}, 303],
    ['an invalid login of the CLI', () => '/gateway/auth/cli?request=x', {}, 400],
    ['a login of the CLI, with a wrong token', () => `/gateway/auth/cli${login}`, { headers: bogus }, 403],
    ['a decision on an unknown login', () => '/gateway/auth/cli', { form }, 400],
    ['the form for codes', () => '/gateway/device', {}, 303],
    ['the form for codes, with a wrong token', () => '/gateway/device', { headers: bogus }, 403],
    ['a typed code', () => '/gateway/device', { form }, 303],
    ['a decision on a code', () => '/gateway/device/decision', { form }, 303],
    ['a logout', () => '/gateway/auth/logout', { form }, 200],
  ])(
    '%s: twenty a minute, then 429 with Retry-After; a logged-in user continues',
    async (_what, path, visit, status) => {
      const from = { 'x-forwarded-for': `192.0.2.${++senders}` }
      const ask = () => at.visit(createBrowser(), path(), { ...visit, headers: { ...from, ...visit.headers } })
      const seen: number[] = []
      for (let asked = 0; asked < 21; asked++) seen.push((await ask()).status)
      expect(seen).toEqual([...Array<number>(20).fill(status), 429])
      expect(Number((await ask()).headers['retry-after'])).toBeGreaterThan(0)
      expect((await at.visit(known, '/gateway/', { headers: from })).status).toBe(200)
      expect((await at.visit(known, '/gateway/device?again=1', { headers: from })).status).toBe(200)
    },
  )
})
