import { createHash } from 'node:crypto'
import { type DemoUser, demoUsers, type FaultyResponse, type ProviderFault } from '@rack-gateway/demo/identity-provider'
import { openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createBrowser } from '../support/login/browser.ts'
import { type LoginSystem, startLoginSystem } from '../support/login/login.ts'
import { sessionOf } from '../support/login/session-of.ts'

const clock = { ahead: 0 }
const renewal = '/gateway/api/v1/session/renewal'
let at: LoginSystem
async function start() {
  at = await startLoginSystem({}, { now: () => Date.now() + clock.ahead })
  await reset()
}
const stop = () => at.stop()
/** A test finds the identity provider and the clock as they are at first. */
async function reset() {
  at.idp.injectFault(null)
  at.idp.setUsers(demoUsers)
  clock.ahead = 0
  before.events = (await at.system.events()).length
  before.exchanges = at.idp.received.exchanges.length
}

const renew = (token: string) => at.system.send('POST', renewal, token)
/** How much there was before the test: of events, and of exchanges with the identity provider. */
const before = { events: 0, exchanges: 0 }
const eventsOf = async (kind: string) =>
  (await at.system.events()).slice(before.events).filter((event) => event.kind === kind)
const refreshes = () =>
  at.idp.received.exchanges.slice(before.exchanges).filter(({ grant_type: type }) => type === 'refresh_token')
const user = (changes: Partial<DemoUser>): DemoUser[] =>
  demoUsers.map((one) => (one.id === 'deployer' ? { ...one, ...changes } : one))
const others = demoUsers.filter(({ id }) => id !== 'deployer')
const works = async (token: string) => (await at.system.get('/apps?', token)).status !== 401

function deferred<T>() {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve: (value: T) => resolve(value) }
}

/** A person who logged in a while ago, with a session for programs. */
async function loggedIn() {
  const { browser } = await at.login('deployer')
  const session = await sessionOf(at.system, 'deployer')
  clock.ahead += 61_000
  return { browser, ...session }
}

const json = 'application/json'

describe('the renewal of a session', () => {
  beforeAll(start)
  afterAll(stop)
  beforeEach(reset)

  test('asks the identity provider, with the newest refresh token each time', async () => {
    const { token } = await loggedIn()
    const first = await renew(token)
    expect(first.status).toBe(200)
    clock.ahead += 61_000
    expect((await renew(JSON.parse(first.body).token)).status).toBe(200)
    const used = refreshes().map(({ refresh_token: one }) => one)
    expect(new Set(used).size).toBe(2)
  })

  test('reuses the response of the provider for a minute', async () => {
    const { token } = await loggedIn()
    expect([(await renew(token)).status, (await renew(token)).status]).toEqual([200, 200])
    expect(refreshes()).toHaveLength(1)
  })

  test('asks no provider for a local user', async () => {
    const token = await at.system.token('viewer')
    expect((await renew(token)).status).toBe(200)
    expect(refreshes()).toHaveLength(0)
  })

  test('is denied when the provider no longer confirms the account, and all their sessions end', async () => {
    const { browser, token, id } = await loggedIn()
    const other = await sessionOf(at.system, 'deployer')
    const viewerToken = await at.system.token('viewer')
    const socket = await openWebSocket(`${at.system.url}/apps/myapp/logs`, viewerToken, {})
    at.idp.setUsers(others)
    const response = await renew(token)
    expect([response.status, response.error]).toEqual([401, expect.stringContaining('rack-gateway login')])
    expect(JSON.parse(response.body)).toMatchObject({ code: 'RGW_IDENTITY_NOT_CONFIRMED', rule: 'provider-revoked' })
    await expect.poll(() => Promise.all([token, other.token].map(works))).toEqual([false, false])
    expect((await at.visit(browser, '/gateway/api/v1/me')).status).toBe(401)
    expect(await works(viewerToken)).toBe(true)
    const ended = await eventsOf('session.ended')
    expect(ended.map(({ detail }) => detail?.session)).toEqual(expect.arrayContaining([id, other.id]))
    for (const { detail, principal } of ended)
      expect([detail?.reason, principal?.name]).toEqual([
        expect.stringContaining('no longer confirms'),
        'identity provider',
      ])
    expect((await eventsOf('call')).filter(({ status }) => status === 401)).toMatchObject([
      { decision: { effect: 'deny', rule: 'provider-revoked' } },
    ])
    socket.close()
  })

  test('resumes with the next login', async () => {
    const { token } = await loggedIn()
    at.idp.setUsers(others)
    await renew(token)
    at.idp.setUsers(demoUsers)
    await at.login('deployer')
    const { token: fresh } = await sessionOf(at.system, 'deployer')
    clock.ahead += 61_000
    expect((await renew(fresh)).status).toBe(200)
  })

  test.each([
    ['of another domain', { email: 'deployer@elsewhere.example' }, 'login-domain'],
    ['whose address is not verified any more', { emailVerified: false }, 'login-email-unverified'],
    ['without a usable address', { email: 'a@example.com@evil.example' }, 'login-email'],
  ])('ends the sessions of a user %s', async (_, changes, rule) => {
    const { token } = await loggedIn()
    at.idp.setUsers(user(changes))
    const refused = await renew(token)
    expect([refused.status, JSON.parse(refused.body).rule]).toEqual([401, rule])
    await expect.poll(() => works(token)).toBe(false)
  })

  test('brings the groups up to date, and with them the roles', async () => {
    await at.system.issuer.addBinding({ kind: 'group', id: 'viewers' }, { role: 'viewer' })
    const { token } = await loggedIn()
    expect((await at.system.get('/apps?', token)).status).toBe(403)
    at.idp.setUsers(user({ groups: ['viewers'], email: 'married@example.com' }))
    expect((await renew(token)).status).toBe(200)
    await expect.poll(async () => (await at.system.get('/apps?', token)).status).toBe(200)
    expect((await eventsOf('user.changed')).at(-1)).toMatchObject({
      principal: { name: 'identity provider' },
      detail: { groups: 'viewers', groupsBefore: 'deployers', email: 'married@example.com' },
    })
  })

  test('does not change the known data of the user if the ID token has only the subject, or is missing', async () => {
    const { token } = await loggedIn()
    const state = () => at.system.sql`select email, groups from gateway.users where subject = 'deployer'`
    const before = await state()
    for (const fault of [
      { kind: 'no-id-token' } as const,
      { kind: 'claims', change: ({ iss, sub, aud, exp, iat }) => ({ iss, sub, aud, exp, iat }) } as const,
    ] satisfies ProviderFault[]) {
      at.idp.injectFault(fault)
      expect((await renew(token)).status).toBe(200)
      clock.ahead += 61_000
    }
    expect(refreshes()).toHaveLength(2)
    expect(await state()).toEqual(before)
  })

  test('on two replicas uses a refresh token only once, because a second use would revoke it', async () => {
    const replica = await at.system.replica()
    const { token } = await loggedIn()
    const headers = { authorization: `Bearer ${token}`, host: new URL(at.system.url).host }
    const there = async () =>
      (await createBrowser().visit(`${replica.url}${renewal}`, { method: 'POST', headers })).status
    const here = async () => (await renew(token)).status
    for (let round = 0; round < 3; round++) {
      expect(await Promise.all([here(), there(), here(), there()])).toEqual([200, 200, 200, 200])
      clock.ahead += 61_000
    }
    const used = refreshes().map(({ refresh_token: one }) => one)
    expect([used.length, new Set(used).size]).toEqual([3, 3])
    expect(await eventsOf('session.ended')).toEqual([])
    await replica.stop()
  })

  test('issues no token after the caller disconnected', async () => {
    const { token, id } = await loggedIn()
    const [asked, go] = [deferred<void>(), deferred<void>()]
    at.idp.injectFault({ kind: 'slow', path: /^\/token/, onRequest: asked.resolve, until: go.promise })
    const gone = new AbortController()
    const headers = { authorization: `Bearer ${token}` }
    const renewing = fetch(`${at.system.url}${renewal}`, { method: 'POST', headers, signal: gone.signal })
    await asked.promise
    gone.abort()
    await expect(renewing).rejects.toThrow()
    go.resolve()
    await expect.poll(async () => (await eventsOf('call')).map(({ status }) => status)).toContain(499)
    at.idp.injectFault(null)
    expect(await eventsOf('session.renewed')).toEqual([])
    expect(await at.system.sql`select 1 from gateway.credentials where session_id = ${id}`).toHaveLength(1)
    expect((await renew(token)).status).toBe(200)
  })

  test('survives a login that is faster than the provider’s refusal of the previous token', async () => {
    const { token } = await loggedIn()
    const [asked, answered] = [deferred<void>(), deferred<FaultyResponse>()]
    at.idp.injectFault({
      kind: 'late-response',
      path: /^\/token/,
      onRequest: asked.resolve,
      response: answered.promise,
    })
    const renewing = renew(token)
    await asked.promise
    at.idp.injectFault(null)
    await at.login('deployer')
    clock.ahead += 61_000
    answered.resolve({ status: 400, type: json, body: '{"error":"invalid_grant"}' })
    expect((await renewing).status).toBe(200)
    expect(await eventsOf('session.ended')).toEqual([])
  })

  const response = (status: number, body = 'busy', type = 'text/plain'): ProviderFault => ({
    kind: 'response',
    path: /^\/token/,
    response: { status, type, body },
  })
  test.each([
    ['fails', response(500), 503],
    ['is busy', response(429), 503],
    ['answers something else', response(200, '<html>'), 503],
    ['answers without end', response(200, `"${'x'.repeat(600_000)}"`, json), 503],
    ['knows the gateway no more', response(401, '{"error":"invalid_client"}', json), 502],
    ['calls the request wrong', response(400, '{"error":"invalid_request"}', json), 502],
    ['only names the end of a binding', response(500, '{"error":"invalid_grant"}', json), 503],
  ])('is put off while the provider %s: the session continues', async (_, fault, status) => {
    const { token } = await loggedIn()
    at.idp.injectFault(fault)
    expect((await renew(token)).status).toBe(status)
    expect(await works(token)).toBe(true)
    at.idp.injectFault(null)
    expect((await renew(token)).status).toBe(200)
    expect(await eventsOf('session.ended')).toEqual([])
  })

  test.each([
    ['another user', { sub: 'admin' }, 502],
    ['another client', { aud: 'another' }, 502],
    ['another issuer', { iss: 'https://evil.example' }, 502],
    ['no longer', { exp: Math.floor(Date.now() / 1_000) - 60 }, 502],
    ['unreadable groups', { groups: [7] }, 502],
  ])('is put off when the proof is for %s, and nothing about the person changes', async (_, changes, status) => {
    const { token } = await loggedIn()
    at.idp.injectFault({ kind: 'claims', change: (claims) => ({ ...claims, email: 'x@example.com', ...changes }) })
    expect((await renew(token)).status).toBe(status)
    expect(await works(token)).toBe(true)
    expect(await at.system.sql`select 1 from gateway.users where email = 'x@example.com'`).toHaveLength(0)
    at.idp.injectFault(null)
    expect((await renew(token)).status).toBe(200)
  })

  test('is put off when the proof is signed by a foreign key', async () => {
    const { token } = await loggedIn()
    at.idp.injectFault({ kind: 'signature' })
    expect((await renew(token)).status).toBe(502)
  })

  // The last test of this system, whose provider does not come back.
  test('is postponed while the provider is unavailable', async () => {
    const { token } = await loggedIn()
    await at.idp.close()
    const refused = await renew(token)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '10'])
    expect(await works(token)).toBe(true)
    expect((await eventsOf('call')).filter(({ status }) => status === 503)).toMatchObject([
      { decision: { effect: 'allow', rule: 'own-data' }, close: expect.stringContaining('provider') },
    ])
  })
})

describe('a refresh token', () => {
  beforeEach(start)
  afterEach(stop)

  const kept = async () =>
    (await at.system.sql`select user_id, sealed, version from gateway.provider_refresh_tokens`)[0]

  test('is nowhere to be read: not in the database, not in events, not in responses', async () => {
    const { token, browser } = await loggedIn()
    await renew(token)
    clock.ahead += 61_000
    await renew(token)
    const used = refreshes().map(({ refresh_token: one }) => String(one))
    expect(used).toHaveLength(2)
    const row = await kept()
    const responses = await Promise.all([
      at.visit(browser, '/gateway/api/v1/me'),
      at.visit(browser, '/gateway/api/v1/sessions'),
    ])
    const text = JSON.stringify([await at.system.events(), responses.map(({ body }) => body)])
    for (const one of used) {
      expect(Buffer.from(row?.sealed).includes(one)).toBe(false)
      expect(text).not.toContain(one)
      expect(text).not.toContain(createHash('sha256').update(one).digest('hex'))
    }
  })

  test('cannot be decrypted in the row of another user', async () => {
    const { token } = await loggedIn()
    await at.login('admin')
    clock.ahead += 61_000
    await at.system.sql`update gateway.provider_refresh_tokens set sealed = (
      select sealed from gateway.provider_refresh_tokens g join gateway.users u on u.id = g.user_id where u.subject = 'admin')`
    const before = refreshes().length
    expect((await renew(token)).status).toBe(200)
    expect(refreshes()).toHaveLength(before)
  })

  test('is asked for once with consent where it does not come without, and not again', async () => {
    at.idp.giveRefreshTokens('with consent')
    const { browser, callback } = await at.goAndChoose('deployer', { returnTo: '/gateway/here' })
    const again = await browser.visit(callback)
    expect(again).toMatchObject({ status: 303, location: expect.stringContaining(`${at.idp.issuer}/auth?`) })
    const asked = new URL(again.location ?? '').searchParams
    expect([asked.get('prompt'), asked.get('login_hint')]).toEqual(['consent', 'deployer@example.com'])
    const page = await at.chooseFrom(browser, again, 'deployer')
    expect(page).toMatchObject({ status: 303, location: `${at.system.url}/gateway/here` })
    expect((await kept())?.sealed).not.toBeNull()
    expect((await at.login('deployer')).page.location).toBe(`${at.system.url}/gateway/`)
  })

  test('is requested once if the provider never gives one, and renewals work without it', async () => {
    at.idp.giveRefreshTokens('never')
    const { browser, callback } = await at.goAndChoose('deployer')
    const page = await at.chooseFrom(browser, await browser.visit(callback), 'deployer')
    expect(page.location).toBe(`${at.system.url}/gateway/`)
    expect((await kept())?.sealed).toBeNull()
    expect((await at.login('deployer')).page.location).toBe(`${at.system.url}/gateway/`)
    const { token } = await sessionOf(at.system, 'deployer')
    clock.ahead = 61_000
    expect((await renew(token)).status).toBe(200)
  })

  test('is stored on arrival, even if its ID token is rejected, and without raising the revision', async () => {
    const { token } = await loggedIn()
    const revision = async () => (await at.system.sql`select value from gateway.revision`)[0]?.value
    at.idp.injectFault({ kind: 'signature' })
    const before = [await revision(), (await kept())?.version]
    expect((await renew(token)).status).toBe(502)
    const after = [await revision(), (await kept())?.version]
    expect(after).toEqual([before[0], Number(before[1]) + 1])
  })
})
