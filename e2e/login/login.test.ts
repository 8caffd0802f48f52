import { createHash } from 'node:crypto'
import { demoUsers } from '@rack-gateway/demo/identity-provider'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBrowser } from '../support/login/browser.ts'
import { type LoginSystem, startLoginSystem } from '../support/login/login.ts'

let at: LoginSystem
beforeAll(async () => {
  at = await startLoginSystem()
})
afterAll(() => at.stop())

const eventsOf = async (kind: string) => (await at.system.events()).filter((event) => event.kind === kind)

async function csrfTokenOf(browser: ReturnType<typeof createBrowser>): Promise<string> {
  return JSON.parse((await at.visit(browser, '/gateway/api/v1/me')).body).csrfToken
}

test.each([
  ['/session/renewal', undefined],
  ['/session/convox', '{"device":"laptop"}'],
])('a cookie with its CSRF token leads to no token for the rack API by POST %s', async (path, json) => {
  const { browser } = await at.login('admin')
  const headers = { 'x-csrf-token': await csrfTokenOf(browser) }
  const response = await at.visit(browser, `/gateway/api/v1${path}`, { method: 'POST', headers, json })
  expect([response.status, JSON.parse(response.body).rule]).toEqual([403, 'cookie-credential'])
  expect(response.body).not.toMatch(/rg[a-z]_/)
})

describe('a login', () => {
  test('redirects to the provider and back, with state, nonce, and PKCE by S256', async () => {
    const { browser, page } = await at.login('admin')
    expect(page).toMatchObject({ status: 303, location: `${at.system.url}/gateway/` })
    const asked = at.idp.received.authorizations.at(-1)
    const exchanged = at.idp.received.exchanges.at(-1)
    expect(asked).toMatchObject({ response_type: 'code', code_challenge_method: 'S256', scope: 'openid email groups' })
    expect(String(asked?.nonce)).toMatch(/^[\w-]{43}$/)
    expect(String(asked?.state).length).toBeGreaterThanOrEqual(20)
    const verifier = String(exchanged?.code_verifier)
    expect(createHash('sha256').update(verifier).digest('base64url')).toBe(asked?.code_challenge)
    const me = JSON.parse((await at.visit(browser, '/gateway/api/v1/me')).body)
    expect(me).toMatchObject({ kind: 'user', name: 'admin@example.com', roles: ['admin'], racks: ['staging'] })
  })

  test('has its own state, nonce, and verifier each time', async () => {
    await at.login('admin')
    await at.login('admin')
    const [one, other] = at.idp.received.authorizations.slice(-2)
    for (const name of ['state', 'nonce', 'code_challenge']) expect(one?.[name]).not.toBe(other?.[name])
  })

  test('sets an HttpOnly SameSite cookie, and removes the cookies of the attempt', async () => {
    const { browser, page } = await at.login('admin')
    const cookie = page.setCookies.find((line) => line.startsWith('rack_gateway='))
    expect(cookie).toMatch(/^rack_gateway=rgb_\w{63}; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Lax$/)
    expect([...browser.cookies.keys()].filter((name) => name.startsWith('rack_gateway'))).toEqual(['rack_gateway'])
  })

  test('is recorded with its principal, address, and provider, before the session can be used', async () => {
    const { browser } = await at.login('nobody')
    const me = (await eventsOf('login.succeeded')).at(-1)
    expect(me).toMatchObject({
      principal: { kind: 'user', name: 'nobody@example.com' },
      source: { address: '127.0.0.1', client: 'Mozilla/5.0 (test)' },
      detail: { issuer: at.idp.issuer, email: 'nobody@example.com' },
    })
    const issued = (await eventsOf('session.issued')).at(-1)
    expect(issued?.detail).toMatchObject({ session: me?.detail?.session, device: 'browser: Mozilla/5.0 (test)' })
    const text = JSON.stringify(await at.system.events())
    const secrets = [browser.cookies.get('rack_gateway') ?? 'none', at.idp.clientSecret]
    for (const secret of secrets) expect(text).not.toContain(secret)
  })

  test('stores no credential that could be used to log in', async () => {
    const { browser } = await at.login('admin')
    const kept = await at.system.sql`select encode(hash, 'hex') as hash from gateway.credentials`
    const token = browser.cookies.get('rack_gateway') ?? ''
    expect(kept.map(({ hash }) => hash)).toContain(createHash('sha256').update(token).digest('hex'))
  })

  test('in several tabs of one browser, each returns to its own page', async () => {
    const browser = createBrowser()
    const first = await at.goAndChoose('admin', { browser, returnTo: '/gateway/one' })
    const second = await at.goAndChoose('admin', { browser, returnTo: '/gateway/two' })
    expect((await browser.visit(first.callback)).location).toBe(`${at.system.url}/gateway/one`)
    expect((await browser.visit(second.callback)).location).toBe(`${at.system.url}/gateway/two`)
    expect((await at.visit(browser, '/gateway/api/v1/me')).status).toBe(200)
  })

  test('has a cookie that browsers store, whatever page it returns to', async () => {
    for (const length of [100, 1_900, 2_000, 2_100, 3_000, 6_000]) {
      const returnTo = '/gateway/audit?q='.padEnd(length, 'x')
      const { browser, callback } = await at.goAndChoose('admin', { returnTo })
      const ours = [...browser.cookies].filter(([name]) => name.startsWith('rack_gateway_login_'))
      const sizes = ours.map(([name, value]) => name.length + value.length)
      expect([sizes.length, length]).toEqual([1, length])
      // Browsers ignore a cookie above this size.
      expect(Math.max(...sizes)).toBeLessThanOrEqual(4_096)
      const kept = length <= 2_000 ? returnTo : '/gateway/'
      expect((await browser.visit(callback)).location).toBe(`${at.system.url}${kept}`)
    }
  })

  test('leaves at most five cookies after repeated attempts', async () => {
    const browser = createBrowser()
    for (let begun = 0; begun < 9; begun++) await at.visit(browser, '/gateway/auth/login')
    expect([...browser.cookies.keys()].filter((name) => name.startsWith('rack_gateway_login_'))).toHaveLength(5)
    expect((await at.login('admin', { browser })).page.status).toBe(303)
  })
})

describe('the roles of a user', () => {
  test('are empty at first', async () => {
    const { browser } = await at.login('nobody')
    const page = await at.visit(browser, '/gateway/api/v1/me')
    expect(JSON.parse(page.body)).toMatchObject({ name: 'nobody@example.com', racks: [], roles: [] })
  })

  test('follow the groups of the last login', async () => {
    await at.system.issuer.addBinding({ kind: 'group', id: 'deployers' }, { role: 'deployer' })
    const { browser } = await at.login('deployer')
    expect(JSON.parse((await at.visit(browser, '/gateway/api/v1/me')).body)).toMatchObject({ roles: ['deployer'] })
    at.idp.setUsers([{ id: 'deployer', email: 'deployer@example.com', emailVerified: true, groups: [], about: '' }])
    const later = await at.login('deployer')
    at.idp.setUsers(demoUsers)
    expect(JSON.parse((await at.visit(later.browser, '/gateway/api/v1/me')).body)).toMatchObject({ roles: [] })
    await expect
      .poll(async () => JSON.parse((await at.visit(browser, '/gateway/api/v1/me')).body))
      .toMatchObject({ roles: [] })
    expect((await eventsOf('user.changed')).at(-1)?.detail).toMatchObject({ groups: '', groupsBefore: 'deployers' })
  })

  test('come from groups also for a user in thousands of them, and the log names the first ones', async () => {
    await at.system.issuer.addBinding({ kind: 'group', id: 'team-4999' }, { role: 'viewer' })
    const groups = Array.from({ length: 5_000 }, (_, number) => `team-${number}`)
    at.idp.setUsers([{ id: 'busy', email: 'busy@example.com', emailVerified: true, groups, about: '' }])
    const { browser } = await at.login('busy')
    at.idp.setUsers(demoUsers)
    expect(JSON.parse((await at.visit(browser, '/gateway/api/v1/me')).body)).toMatchObject({ roles: ['viewer'] })
    const created = (await eventsOf('user.created')).at(-1)
    expect([created?.detail?.groupCount, String(created?.detail?.groups).split(', ').length]).toEqual(['5000', 20])
    expect(created?.truncated).toBeUndefined()
  })

  test('include admin for the first user with an address of ADMIN_USERS, and not for a later one', async () => {
    await at.login('admin')
    at.idp.setUsers([{ id: 'successor', email: 'Admin@example.com', emailVerified: true, groups: [], about: '' }])
    const { browser } = await at.login('successor')
    at.idp.setUsers(demoUsers)
    expect(JSON.parse((await at.visit(browser, '/gateway/api/v1/me')).body)).toMatchObject({
      name: 'admin@example.com',
      roles: [],
    })
    const users = await at.system
      .sql`select subject from gateway.users where email = 'admin@example.com' and issuer = ${at.idp.issuer} order by 1`
    expect(users.map(({ subject }) => subject)).toEqual(['admin', 'successor'])
  })

  test('stay with the subject when the address changes, which is recorded', async () => {
    const before = JSON.parse((await at.visit((await at.login('admin')).browser, '/gateway/api/v1/me')).body)
    at.idp.setUsers([{ id: 'admin', email: 'married@example.com', emailVerified: true, groups: [], about: '' }])
    const { browser } = await at.login('admin')
    at.idp.setUsers(demoUsers)
    const after = JSON.parse((await at.visit(browser, '/gateway/api/v1/me')).body)
    expect([before.name, after.name]).toEqual(['admin@example.com', 'married@example.com'])
    expect(after.roles).toEqual(['admin'])
    expect((await eventsOf('user.changed')).at(-1)?.detail).toMatchObject({
      email: 'married@example.com',
      emailBefore: 'admin@example.com',
    })
  })

  test('are not those of a local user with the same address', async () => {
    await at.system.token('admin', { email: 'ops@example.com' })
    const { browser } = await at.login('ops')
    expect(JSON.parse((await at.visit(browser, '/gateway/api/v1/me')).body)).toMatchObject({
      name: 'ops@example.com',
      roles: [],
    })
  })
})

describe('logging out', () => {
  test('ends the session, and is recorded', async () => {
    const { browser } = await at.login('admin')
    const stolen = browser.cookies.get('rack_gateway') ?? ''
    const token = await csrfTokenOf(browser)
    const page = await at.visit(browser, '/gateway/auth/logout', { form: { csrf_token: token } })
    expect(page.status).toBe(200)
    expect(page.body).toContain('You are logged out')
    expect(browser.cookies.has('rack_gateway')).toBe(false)
    expect((await eventsOf('session.ended')).at(-1)?.detail).toMatchObject({ reason: 'logged out' })
    browser.cookies.set('rack_gateway', stolen)
    await expect.poll(async () => (await at.visit(browser, '/gateway/api/v1/me')).status).toBe(401)
  })

  test('needs the CSRF token of the same session', async () => {
    const { browser } = await at.login('admin')
    const other = await csrfTokenOf((await at.login('nobody')).browser)
    const forms: Record<string, string>[] = [
      {},
      { csrf_token: '' },
      { csrf_token: other },
      { csrf_token: 'x'.repeat(43) },
    ]
    for (const form of forms) {
      const page = await at.visit(browser, '/gateway/auth/logout', { form })
      expect(JSON.parse(page.body)).toMatchObject({ code: 'RGW_CSRF_REFUSED', rule: 'csrf' })
    }
    expect((await at.visit(browser, '/gateway/api/v1/me')).status).toBe(200)
    expect(await at.system.lastEvent()).toMatchObject({ kind: 'call', decision: { effect: 'deny', rule: 'csrf' } })
  })

  test.each([
    ['origin', 'https://evil.example'],
    ['origin', 'null'],
    ['sec-fetch-site', 'cross-site'],
    ['sec-fetch-site', 'same-site'],
  ])('is rejected from another site, even with the token: %s %s', async (name, value) => {
    const { browser } = await at.login('admin')
    const form = { csrf_token: await csrfTokenOf(browser) }
    expect((await at.visit(browser, '/gateway/auth/logout', { form, headers: { [name]: value } })).status).toBe(403)
  })

  test('succeeds a second time', async () => {
    const page = await at.visit(createBrowser(), '/gateway/auth/logout', { form: {} })
    expect(page).toMatchObject({ status: 200, body: expect.stringContaining('You are logged out') })
  })
})
