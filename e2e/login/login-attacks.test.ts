import { type DemoUser, demoUsers, type ProviderFault } from '@rack-gateway/demo/identity-provider'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createBrowser, type Page } from '../support/login/browser.ts'
import { type LoginSystem, startLoginSystem } from '../support/login/login.ts'

const clock = { ahead: 0 }
let at: LoginSystem
beforeAll(async () => {
  at = await startLoginSystem({}, { now: () => Date.now() + clock.ahead })
})
afterAll(() => at.stop())
afterEach(() => {
  clock.ahead = 0
  at.idp.injectFault(null)
  at.idp.setUsers(demoUsers)
})

const failures = async () => (await at.system.events()).filter(({ kind }) => kind === 'login.failed')
const sessions = async () => (await at.system.sql`select count(*)::int as count from gateway.sessions`)[0]?.count

/** A page for a person: no script in it or allowed by it, and no session given. */
function expectRefused(page: Page, status: number, words: string): void {
  expect([page.status, page.body]).toEqual([status, expect.stringContaining(words)])
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
  expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+';/)
  expect(page.headers['cache-control']).toBe('no-store')
  expect(page.headers['referrer-policy']).toBe('same-origin')
  expect(page.body).not.toMatch(/<script|onerror=/i)
  expect(page.setCookies.filter((line) => /^(__Host-)?rack_gateway=/.test(line))).toEqual([])
}

async function expectFailure(rule: string): Promise<void> {
  expect((await failures()).at(-1)).toMatchObject({
    decision: { effect: 'deny', rule },
    source: { address: '127.0.0.1' },
    detail: { issuer: at.idp.issuer },
  })
}

/** Anybody can begin a login and bring it back broken: that is counted, and no event of its own. */
async function expectCounted(rule: string, times = 1): Promise<void> {
  const counted = async () =>
    (await at.system.events())
      .filter(({ kind, decision }) => kind === 'refused' && decision?.rule === rule)
      .reduce((sum, { count = 0 }) => sum + count, 0)
  await expect.poll(counted).toBeGreaterThanOrEqual(times)
  expect((await failures()).filter(({ decision }) => decision?.rule === rule)).toEqual([])
}

describe('the callback is rejected', () => {
  test('without a state, or with an unknown state', async () => {
    const browser = createBrowser()
    for (const query of ['', '?code=x', '?state=', `?code=x&state=${'y'.repeat(22)}`, '?state=a&state=b&code=x'])
      expectRefused(
        await at.visit(browser, `/gateway/auth/callback${query}`),
        400,
        'This login did not start in this browser',
      )
    await expectCounted('login-unknown')
  })

  test('in another browser than the one that began it, so that no user is logged in as another', async () => {
    const { callback } = await at.goAndChoose('admin')
    const victim = createBrowser()
    await at.visit(victim, '/gateway/auth/login')
    expectRefused(await victim.visit(callback), 400, 'This login did not start in this browser')
    expect(victim.cookies.has('rack_gateway')).toBe(false)
  })

  test('with the state of one tab and the code of another', async () => {
    const browser = createBrowser()
    const mine = new URL((await at.goAndChoose('admin', { browser })).callback)
    const other = new URL((await at.goAndChoose('viewer')).callback)
    mine.searchParams.set('code', other.searchParams.get('code') ?? '')
    expectRefused(await browser.visit(mine.href), 403, 'did not confirm the login')
    await expectCounted('login-code')
  })

  test('a second time, on any replica', async () => {
    const { browser, callback } = await at.goAndChoose('admin')
    const kept = new Map(browser.cookies)
    expect((await browser.visit(callback)).status).toBe(303)
    expectRefused(await browser.visit(callback), 400, 'This login did not start in this browser')
    const thief = createBrowser()
    for (const [name, value] of kept) thief.cookies.set(name, value)
    expectRefused(await thief.visit(callback), 400, 'This login is already finished')
    const replica = await at.system.replica()
    const elsewhere = callback.replace(at.system.url, replica.url)
    const page = await thief.visit(elsewhere, { headers: { host: new URL(at.system.url).host } })
    expectRefused(page, 400, 'This login did not start in this browser')
    for (const [name, value] of kept) thief.cookies.set(name, value)
    const again = await thief.visit(elsewhere, { headers: { host: new URL(at.system.url).host } })
    expectRefused(again, 400, 'This login is already finished')
    await replica.stop()
    await expectCounted('login-used', 2)
  })

  test('after ten minutes, and not before', async () => {
    const early = await at.goAndChoose('admin')
    clock.ahead = 590_000
    expect((await early.browser.visit(early.callback)).status).toBe(303)
    clock.ahead = 0
    const late = await at.goAndChoose('admin')
    clock.ahead = 601_000
    expectRefused(await late.browser.visit(late.callback), 400, 'This login took too long')
    await expectCounted('login-expired')
    clock.ahead = 1_300_000
    await at.login('admin')
    expect(await at.system.sql`select 1 from gateway.used_logins`).toHaveLength(1)
  })

  test('with a cookie that this gateway did not seal, or with two cookies', async () => {
    const { browser, callback } = await at.goAndChoose('admin')
    const [name = ''] = [...browser.cookies.keys()].filter((one) => one.startsWith('rack_gateway_login_'))
    const sealed = browser.cookies.get(name) ?? ''
    const flipped = `${sealed.slice(0, 30)}${sealed[30] === 'A' ? 'B' : 'A'}${sealed.slice(31)}`
    for (const value of [flipped, sealed.slice(0, -4), '', 'x', `${sealed}; ${name}=${sealed}`]) {
      browser.cookies.set(name, value)
      expectRefused(await browser.visit(callback), 400, 'This login did not start in this browser')
    }
    browser.cookies.set(name, sealed)
    expect((await browser.visit(callback)).status).toBe(303)
  })

  test.each([
    ['another issuer', (values: URLSearchParams) => values.set('iss', 'https://evil.example')],
    ['no issuer, where the provider always names itself', (values: URLSearchParams) => values.delete('iss')],
  ])('with %s in it', async (_, change) => {
    at.idp.injectFault({ kind: 'callback', change })
    const exchanges = at.idp.received.exchanges.length
    expectRefused((await at.login('admin')).page, 400, 'The response is not from the expected identity provider')
    await expectCounted('login-issuer')
    expect(at.idp.received.exchanges).toHaveLength(exchanges)
  })

  test('with an error of the provider, which is shown as text', async () => {
    at.idp.injectFault({
      kind: 'callback',
      change(values) {
        values.delete('code')
        values.set('error', 'server_error')
        values.set('error_description', '<script>alert(1)</script>"><img src=x onerror=alert(2)>\u202e')
      },
    })
    const { page } = await at.login('admin')
    expect(page.status).toBe(403)
    expect(page.body).toContain('server_error: &lt;script&gt;alert(1)&lt;/script&gt;&quot;&gt;&lt;img src=x')
    expect(page.body).not.toMatch(/<script|<img|\u202e/)
    await expectCounted('login-provider-refused')
  })

  test('when the person cancels at the provider', async () => {
    const { page } = await at.login('')
    expectRefused(page, 403, 'access_denied: nobody was chosen')
    expect(page.body).toContain('href="/gateway/auth/login?return_to=%2Fgateway%2F"')
  })
})

describe('an ID token is rejected', () => {
  const claims = (changes: Record<string, unknown>): ProviderFault => ({
    kind: 'claims',
    change: (given) => ({ ...given, ...changes }),
  })
  const now = () => Math.floor(Date.now() / 1_000)
  const wrong: [string, () => ProviderFault][] = [
    ['without a signature', () => ({ kind: 'alg-none' })],
    ['signed by the public key as a secret', () => ({ kind: 'public-key-as-secret' })],
    ['signed by a key that is not the provider’s', () => ({ kind: 'foreign-key', keyId: 'unknown' })],
    ['with a broken signature', () => ({ kind: 'signature' })],
    ['that is missing', () => ({ kind: 'no-id-token' })],
    ['of another issuer', () => claims({ iss: 'https://evil.example' })],
    ['for another client', () => claims({ aud: 'another-client' })],
    ['for several, of which another asked', () => claims({ aud: [at.idp.clientId, 'another'], azp: 'another' })],
    ['for several, which does not say who asked', () => claims({ aud: [at.idp.clientId, 'another'] })],
    ['that another client asked for', () => claims({ azp: 'another' })],
    ['of another login', () => claims({ nonce: 'n'.repeat(43) })],
    ['of no login', () => claims({ nonce: undefined })],
    ['that has expired', () => claims({ exp: now() - 60, iat: now() - 120 })],
    ['that never expires', () => claims({ exp: undefined })],
    ['that is not valid yet', () => claims({ nbf: now() + 600 })],
    ['that is huge', () => claims({ padding: 'x'.repeat(200_000) })],
    ['about nobody', () => claims({ sub: '' })],
    ['about no subject', () => claims({ sub: undefined })],
    ['about something that is no subject', () => claims({ sub: 7 })],
  ]

  test.each(wrong)('%s', async (_, fault) => {
    const before = await sessions()
    at.idp.injectFault(fault())
    expectRefused((await at.login('admin')).page, 403, 'The ID token of the identity provider is invalid')
    expect(await sessions()).toBe(before)
  })

  test('each rejection is counted', () => expectCounted('login-id-token', wrong.length))
})

describe('an account is denied', () => {
  const as = (changes: Partial<DemoUser>): DemoUser[] => [
    { id: 'mallory', email: 'mallory@example.com', emailVerified: true, groups: [], about: '', ...changes },
  ]

  test.each([
    ['of another domain', { email: 'a@elsewhere.example' }, 'login-domain', 'domain is not allowed'],
    [
      'of a domain that only begins like it',
      { email: 'a@example.com.evil.example' },
      'login-domain',
      'domain is not allowed',
    ],
    ['of a domain that only ends like it', { email: 'a@evilexample.com' }, 'login-domain', 'domain is not allowed'],
    ['of a domain below it', { email: 'a@sub.example.com' }, 'login-domain', 'domain is not allowed'],
    ['with several @', { email: 'a@example.com@evil.example' }, 'login-email', 'no usable email'],
    ['with several @, ours last', { email: '"a@evil.example"@example.com' }, 'login-email', 'no usable email'],
    ['with a homograph', { email: 'a@ехample.com' }, 'login-email', 'no usable email'],
    ['with a full-width @', { email: 'a＠example.com' }, 'login-email', 'no usable email'],
    ['with a line break', { email: 'a@example.com\n' }, 'login-email', 'no usable email'],
    ['without one', { email: '' }, 'login-email', 'no usable email'],
    ['whose address is not verified', { emailVerified: false }, 'login-email-unverified', 'not verified'],
    ['whose groups can’t be read', { groups: ['ok', 7 as never] }, 'login-groups', 'could not be read'],
    [
      'with more groups than can be',
      { groups: Array.from({ length: 5_001 }, (_, n) => `g${n}`) },
      'login-groups',
      'could not be read',
    ],
  ])('%s', async (_, changes, rule, words) => {
    const before = await sessions()
    at.idp.setUsers(as(changes))
    expectRefused((await at.login('mallory')).page, 403, words)
    await expectFailure(rule)
    expect(await sessions()).toBe(before)
    expect(await at.system.sql`select 1 from gateway.users where subject = 'mallory'`).toHaveLength(0)
  })

  test.each([
    ['as text', 'true'],
    ['as a number', 1],
    ['not at all', undefined],
  ])('with an address that is verified %s', async (_, verified) => {
    at.idp.injectFault({ kind: 'claims', change: (given) => ({ ...given, email_verified: verified }) })
    expectRefused((await at.login('nobody')).page, 403, 'not verified')
  })

  test('with another organization at the provider', async () => {
    at.idp.injectFault({ kind: 'claims', change: (given) => ({ ...given, hd: 'evil.example' }) })
    expectRefused((await at.login('nobody')).page, 403, 'domain is not allowed')
  })

  test('if the user is locked', async () => {
    const { browser } = await at.login('ops')
    await at.system.sql`update gateway.users set locked_at = now() where subject = 'ops'`
    const before = await sessions()
    expectRefused((await at.login('ops')).page, 403, 'Your account is locked')
    await expectFailure('login-locked')
    expect(await sessions()).toBe(before)
    await expect.poll(async () => (await at.visit(browser, '/gateway/api/v1/me')).status).toBe(401)
  })

  test('but not for the domain in capitals', async () => {
    at.idp.setUsers(as({ id: 'shouting', email: 'Shouting@EXAMPLE.com' }))
    expect((await at.login('shouting')).page.status).toBe(303)
  })
})

test('the page to open after the login is always on the gateway', async () => {
  for (const returnTo of [
    '//evil.example',
    '/\\evil.example',
    'https:evil.example',
    'javascript:alert(1)',
    '/gateway/%2e%2e/apps',
  ])
    expect((await at.login('admin', { returnTo })).page.location).toBe(`${at.system.url}/gateway/`)
})

test('a login replaces a planted session, and revokes it', async () => {
  const planted = (await at.login('nobody')).browser.cookies.get('rack_gateway') ?? ''
  const victim = createBrowser()
  victim.cookies.set('rack_gateway', planted)
  await at.login('admin', { browser: victim })
  expect(victim.cookies.get('rack_gateway')).not.toBe(planted)
  expect(JSON.parse((await at.visit(victim, '/gateway/api/v1/me')).body)).toMatchObject({ name: 'admin@example.com' })
  victim.cookies.set('rack_gateway', planted)
  await expect.poll(async () => (await at.visit(victim, '/gateway/api/v1/me')).status).toBe(401)
})

test('no secret of a login appears in the log or is sent to another site', async () => {
  const lines: string[] = []
  const seen: string[] = []
  const logged = await startLoginSystem({}, { log: (line) => lines.push(line) })
  logged.system.app.log.level = 'trace'
  const { browser, callback } = await logged.goAndChoose('admin')
  const begun = await logged.visit(createBrowser(), '/gateway/auth/login')
  const back = await browser.visit(callback)
  const again = await browser.visit(callback)
  for (const [page, status] of [
    [begun, 303],
    [back, 303],
  ] as const)
    expect([page.status, page.headers['referrer-policy'], page.headers['cache-control']]).toEqual([
      status,
      'no-referrer',
      'no-store',
    ])
  expect(again.status).toBe(400)
  logged.idp.injectFault({
    kind: 'response',
    path: /^\/token/,
    response: { status: 500, type: 'text/plain', body: 'x' },
  })
  const failed = await logged.login('admin')
  expect(failed.page.status).toBe(503)
  logged.idp.injectFault(null)
  for (const text of [callback, begun.location ?? '', again.body]) {
    const parameters = URL.canParse(text) ? new URL(text).searchParams : new URLSearchParams()
    for (const name of ['code', 'state', 'nonce', 'code_challenge']) seen.push(parameters.get(name) ?? '')
  }
  const exchange = logged.idp.received.exchanges.at(-1) ?? {}
  seen.push(String(exchange.code ?? ''), String(exchange.code_verifier ?? ''), logged.idp.clientSecret)
  seen.push(
    ...browser.cookies.values(),
    ...begun.setCookies.map((line) => line.slice(line.indexOf('=') + 1, line.indexOf(';'))),
  )
  const secrets = seen.filter((text) => text.length >= 16)
  expect(secrets.length).toBeGreaterThanOrEqual(8)
  const log = lines.join('\n')
  expect(log).toContain('login.failed')
  expect(secrets.filter((secret) => log.includes(secret))).toEqual([])
  expect(log).not.toMatch(/eyJ[\w-]+\.eyJ/)
  await logged.stop()
})

describe('the limits of logins', () => {
  test('a denied account gets 429 beyond the limit from any number of addresses, without further events', async () => {
    const limited = await startLoginSystem({}, { unauthenticatedPerMinute: 100, trustedProxies: ['127.0.0.1'] })
    const pages: Page[] = []
    for (let count = 0; count < 12; count++) {
      const { browser, callback } = await limited.goAndChoose('outsider')
      pages.push(await browser.visit(callback, { headers: { 'x-forwarded-for': `203.0.113.${count}` } }))
    }
    expect(pages.map(({ status }) => status)).toEqual([...Array(10).fill(403), 429, 429])
    expectRefused(pages.at(-1) as Page, 429, 'Too many logins')
    expect(Number(pages.at(-1)?.headers['retry-after'])).toBeGreaterThan(0)
    const durable = (await limited.system.events()).filter(({ kind }) => kind === 'login.failed')
    expect(durable).toHaveLength(10)
    expect((await limited.login('admin')).page.status).toBe(303)
    await limited.stop()
  })

  test('logins of one account count together, however its email address is spelled', async () => {
    const limited = await startLoginSystem({}, { unauthenticatedPerMinute: 100, trustedProxies: ['127.0.0.1'] })
    const spellings = [
      'outsider@elsewhere.example',
      'Stranger@Elsewhere.EXAMPLE',
      'outsider+1@elsewhere.example',
      's.tranger@elsewhere.example',
    ]
    const statuses: number[] = []
    for (let count = 0; count < 12; count++) {
      const email = spellings[count % spellings.length] ?? ''
      limited.idp.setUsers(demoUsers.map((one) => (one.id === 'outsider' ? { ...one, email } : one)))
      const { browser, callback } = await limited.goAndChoose('outsider')
      statuses.push((await browser.visit(callback, { headers: { 'x-forwarded-for': `203.0.113.${count}` } })).status)
    }
    expect(statuses).toEqual([...Array(10).fill(403), 429, 429])
    await limited.stop()
  })

  test('logins from one address get 429 beyond the limit, on a page, and an existing session still works', async () => {
    const limited = await startLoginSystem({}, { unauthenticatedPerMinute: 10 })
    const { browser } = await limited.login('admin')
    const outsider = createBrowser()
    const statuses: number[] = []
    for (let count = 0; count < 12; count++)
      statuses.push((await limited.visit(outsider, '/gateway/auth/login')).status)
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(3)
    const beyond = await limited.visit(outsider, '/gateway/auth/login')
    expectRefused(beyond, 429, 'Too many logins')
    expect(Number(beyond.headers['retry-after'])).toBeGreaterThan(0)
    const counted = async () => (await limited.system.events()).map(({ decision }) => decision?.rule)
    await expect.poll(counted).toContain('unauthenticated-limit')
    expect((await limited.visit(browser, '/gateway/api/v1/me')).status).toBe(200)
    await limited.stop()
  })
})
