import { createHash } from 'node:crypto'
import { callManagementApi } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBrowser } from '../../support/login/browser.ts'
import { ask, beginLoopback, broughtBy, decide, follow, laptop } from '../../support/login/cli-login.ts'
import { type LoginSystem, startLoginSystem } from '../../support/login/login.ts'

const clock = { ahead: 0 }
let at: LoginSystem
beforeAll(async () => {
  at = await startLoginSystem({}, { now: () => Date.now() + clock.ahead, rackNames: ['staging', 'production'] })
})
afterAll(() => at.stop())

const eventsOf = async (kind: string) => (await at.system.events()).filter((event) => event.kind === kind)

async function allowed(more: Record<string, unknown> = {}) {
  const login = await beginLoopback(at, more)
  const browser = createBrowser()
  const page = await follow(browser, login.address, 'admin')
  const back = broughtBy(await decide(at, browser, page, 'allow'))
  return { login, browser, page, ...back, code: back.code ?? '' }
}

const redeem = (code: string, verifier: string, url = at.system.url) =>
  ask(url, '/loopback/redemption', { code, verifier })

describe('a loopback login', () => {
  test('shows what is allowed, brings the code to the port and path of the process, and ends in a session', async () => {
    const { login, page, url, code, state } = await allowed()
    expect(page.status).toBe(200)
    for (const words of ['ada-laptop', 'Linux', '127.0.0.1, the same as this browser’s', 'admin@example.com', 'ago'])
      expect(page.body).toContain(words)
    expect(page.body).not.toContain('class="warning"')
    expect(page.headers['content-security-policy']).toContain(`form-action 'self' http://127.0.0.1:${login.port};`)
    expect([url.origin, url.pathname, state]).toEqual([`http://127.0.0.1:${login.port}`, `/${login.path}`, login.state])
    const { status, json } = await redeem(code, login.verifier)
    expect([status, json.token]).toEqual([201, expect.stringMatching(/^rgs_\w{63}$/)])
    const me = await callManagementApi(at.system, String(json.token), 'GET', '/me')
    expect(me.json).toMatchObject({ name: 'admin@example.com', kind: 'user', rack: null })
  })

  test('is recorded with its user, its addresses, and its session', async () => {
    const { login, code } = await allowed({ device: 'recorded' })
    await redeem(code, login.verifier)
    const [approved] = (await eventsOf('cli-login.approved')).slice(-1)
    const [redeemed] = (await eventsOf('cli-login.redeemed')).slice(-1)
    const [issued] = (await eventsOf('session.issued')).slice(-1)
    expect(approved).toMatchObject({
      principal: { kind: 'user', name: 'admin@example.com' },
      source: { address: '127.0.0.1', client: 'Mozilla/5.0 (test)' },
      detail: { flow: 'loopback', device: 'recorded', system: 'Linux', begunFrom: '127.0.0.1' },
    })
    expect(redeemed).toMatchObject({
      principal: { name: 'admin@example.com' },
      source: { client: 'rack-gateway/test' },
      detail: { login: approved?.detail?.login, session: issued?.detail?.session },
    })
    expect(issued?.detail).toMatchObject({ device: 'recorded', email: 'admin@example.com' })
    expect(JSON.stringify(await at.system.events())).not.toContain(code)
  })

  test('stores no row when it begins', async () => {
    const count = async () => (await at.system.sql`select count(*)::int as n from gateway.loopback_logins`)[0]?.n
    const before = await count()
    for (let begun = 0; begun < 20; begun++) await beginLoopback(at)
    expect(await count()).toBe(before)
  })

  test('for one rack gives a session that no other rack takes', async () => {
    const { login, page, code } = await allowed({ rack: 'staging' })
    expect(page.body).toContain('the rack staging only')
    const { json } = await redeem(code, login.verifier)
    const status = async (rack: string) => (await at.system.get(`/rack/${rack}/apps?`, String(json.token))).status
    expect([await status('staging'), await status('production')]).toEqual([200, 403])
  })

  test('ends as long after the login of the browser as any session, and can be renewed', async () => {
    const { login, code } = await allowed()
    const { json } = await redeem(code, login.verifier)
    const days = (Date.parse(String(json.expiresAt)) - Date.now()) / 86_400_000
    expect(days).toBeCloseTo(30, 1)
    const renewed = await callManagementApi(at.system, String(json.token), 'POST', '/session/renewal')
    expect(renewed.status).toBe(200)
  })

  test('reports a denial to the program without a code, and cannot be allowed afterwards', async () => {
    const login = await beginLoopback(at)
    const browser = createBrowser()
    const page = await follow(browser, login.address, 'admin')
    const back = broughtBy(await decide(at, browser, page, 'deny'))
    expect([back.error, back.code, back.state]).toEqual(['access_denied', null, login.state])
    expect((await eventsOf('cli-login.denied')).at(-1)).toMatchObject({ principal: { name: 'admin@example.com' } })
    const again = await decide(at, browser, page, 'allow', { headers: { origin: at.system.url } })
    expect([again.status, again.body]).toEqual([409, expect.stringContaining('already allowed or denied')])
    expect((await follow(browser, login.address, 'admin')).status).toBe(409)
  })

  test('begun at one replica is allowed at another and redeemed at the first', async () => {
    const replica = await at.system.replica()
    const host = { host: new URL(at.system.url).host }
    const { json } = await ask(
      replica.url,
      '/loopback',
      {
        ...laptop,
        challenge: createHash('sha256').update('v'.repeat(43)).digest('base64url'),
        port: 50_000,
        path: 'p'.repeat(32),
        state: 's'.repeat(32),
      },
      host,
    )
    expect(String(json.address)).toContain(`${at.system.url}/gateway/auth/cli?request=`)
    const browser = createBrowser()
    const page = await follow(browser, String(json.address), 'admin')
    const { code } = broughtBy(await decide(at, browser, page, 'allow'))
    const responses = await Promise.all(
      [replica.url, at.system.url].map((url) =>
        ask(url, '/loopback/redemption', { code, verifier: 'v'.repeat(43) }, host),
      ),
    )
    expect(responses.map(({ status }) => status).sort()).toEqual([201, 403])
    await replica.stop()
  })
})

test('a login for one rack is denied without a role on it', async () => {
  const login = await beginLoopback(at, { rack: 'staging' })
  const page = await follow(createBrowser(), login.address, 'nobody')
  expect([page.status, page.body]).toEqual([403, expect.stringContaining('cannot use the rack')])
  expect((await eventsOf('cli-login.refused')).at(-1)).toMatchObject({
    principal: { name: 'nobody@example.com' },
    decision: { rule: 'cli-login-rack' },
  })
})

test('the page shows the device name as text', async () => {
  const login = await beginLoopback(at, { device: 'a.b_c/d+e-f', system: 'Linux x64' })
  const page = await follow(createBrowser(), login.address, 'admin')
  expect(page.body).toContain('<dd>a.b_c/d+e-f</dd>')
  expect(page.body).not.toMatch(/<script|javascript:/i)
})

describe('a code', () => {
  test('is good once: its second use is refused, and an event', async () => {
    const { login, code } = await allowed()
    expect((await redeem(code, login.verifier)).status).toBe(201)
    const again = await redeem(code, login.verifier)
    expect([again.status, again.json.rule]).toEqual([403, 'cli-code-used'])
    expect((await eventsOf('cli-login.refused')).at(-1)).toMatchObject({
      principal: { name: 'admin@example.com' },
      decision: { effect: 'deny', rule: 'cli-code-used' },
      source: { address: '127.0.0.1' },
    })
  })

  test('is rejected with another verifier, and that attempt uses it up', async () => {
    const { login, code } = await allowed()
    const stolen = await redeem(code, 'w'.repeat(43))
    expect([stolen.status, stolen.json.rule]).toEqual([403, 'cli-code-verifier'])
    expect((await eventsOf('cli-login.refused')).at(-1)?.decision).toMatchObject({ rule: 'cli-code-verifier' })
    expect((await redeem(code, login.verifier)).json).toMatchObject({ rule: 'cli-code-used' })
  })

  test('is good for a minute', async () => {
    const { login, code } = await allowed()
    clock.ahead = 60_000
    const late = await redeem(code, login.verifier)
    clock.ahead = 0
    expect([late.status, late.json.rule]).toEqual([403, 'cli-code-expired'])
  })

  test('is rejected if the gateway never issued it', async () => {
    expect((await redeem('x'.repeat(43), 'v'.repeat(43))).json).toMatchObject({ rule: 'cli-code-unknown' })
  })

  test('is refused when the account was locked since', async () => {
    const login = await beginLoopback(at)
    const browser = createBrowser()
    const page = await follow(browser, login.address, 'viewer', {})
    const { code } = broughtBy(await decide(at, browser, page, 'allow'))
    await at.system.sql`update gateway.users set locked_at = now() where subject = 'viewer'`
    const { status, json } = await redeem(code ?? '', login.verifier)
    await at.system.sql`update gateway.users set locked_at = null where subject = 'viewer'`
    expect([status, json.rule]).toEqual([403, 'cli-login-locked'])
  })

  test('is stored only as a hash', async () => {
    const { code } = await allowed()
    const kept = await at.system.sql`select encode(code, 'hex') as code from gateway.loopback_logins`
    expect(kept.map((row) => row.code)).toContain(createHash('sha256').update(code).digest('hex'))
  })
})

test('a login that took ten minutes is over, and what is over is forgotten', async () => {
  const login = await beginLoopback(at)
  clock.ahead = 601_000
  const browser = createBrowser()
  const page = await follow(browser, login.address, 'admin')
  expect([page.status, page.body]).toEqual([400, expect.stringContaining('This login took too long')])
  await allowed()
  clock.ahead = 0
  expect(await at.system.sql`select 1 from gateway.loopback_logins`).toHaveLength(1)
})

test.each([
  ['no device', { device: undefined }, 'device'],
  ['a device with markup', { device: '<b>x</b>' }, 'device'],
  ['a device that turns text around', { device: 'a\u202eb' }, 'device'],
  ['a device that is long', { device: 'x'.repeat(61) }, 'device'],
  ['an invalid challenge', { challenge: 'plain' }, 'challenge'],
  ['no challenge', { challenge: undefined }, 'body'],
  ['an invalid port', { port: 70_000 }, 'port'],
  ['a port that services of a machine have', { port: 443 }, 'port'],
  ['a path that leads elsewhere', { path: '../../../../../evil.example/x' }, 'path'],
  ['a path with a host', { path: '@evil.example/aaaaaaaaaaaaa' }, 'path'],
  ['a rack that is no name', { rack: 'a/b' }, 'rack'],
  ['something else', { redirect: 'https://evil.example' }, 'redirect'],
])('a login is not begun with %s', async (_, change, field) => {
  const challenge = 'c'.repeat(43)
  const good = { ...laptop, challenge, port: 50_000, path: 'p'.repeat(32), state: 's'.repeat(32) }
  expect((await ask(at.system.url, '/loopback', good)).status).toBe(201)
  const { status, json } = await ask(at.system.url, '/loopback', { ...good, ...change })
  expect([status, json.code]).toEqual([400, 'RGW_INVALID_REQUEST'])
  expect(String(json.error)).toMatch(new RegExp(`^\`(${field}|body)\` (is invalid|requires|has no member)`))
})
