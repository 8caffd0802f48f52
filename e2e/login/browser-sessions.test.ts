import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Browser, createBrowser, type Page } from '../support/login/browser.ts'
import { beginLoopback } from '../support/login/cli-login.ts'
import { type LoginSystem, startLoginSystem } from '../support/login/login.ts'

const hour = 3_600_000
const clock = { ahead: 0 }
let at: LoginSystem
beforeAll(async () => {
  at = await startLoginSystem({ sessionIdle: 12 * hour }, { now: () => Date.now() + clock.ahead })
  at.system.app.log.level = 'silent'
})
afterAll(() => at.stop())
afterEach(() => {
  clock.ahead = 0
})

const me = (browser: Browser, headers: Record<string, string> = {}) =>
  at.visit(browser, '/gateway/api/v1/me', { headers })
const ruleOf = ({ body }: Page) => JSON.parse(body).rule
const sessionOf = (browser: Browser) => browser.cookies.get('rack_gateway') ?? ''

describe('a browser’s session', () => {
  test('is for the management API, and never for a rack', async () => {
    const { browser } = await at.login('admin')
    const received = at.system.rack.received.length
    for (const path of ['/apps', '/rack/staging/apps', '/rack/staging/system'])
      expect([(await at.visit(browser, path)).status, path]).toEqual([403, path])
    expect(at.system.rack.received).toHaveLength(received)
  })

  test('is no token: neither as Bearer nor as a password', async () => {
    const { browser } = await at.login('admin')
    const token = sessionOf(browser)
    const received = at.system.rack.received.length
    const authorizations = [`Bearer ${token}`, basicAuthorization(token)]
    for (const authorization of authorizations)
      for (const path of ['/rack/staging/apps', '/gateway/api/v1/me']) {
        const page = await at.visit(createBrowser(), path, { headers: { authorization } })
        expect([page.status, ruleOf(page)]).toEqual([401, 'browser-session'])
      }
    expect(at.system.rack.received).toHaveLength(received)
  })

  test('is no other session’s token put into the cookie', async () => {
    const browser = createBrowser()
    browser.cookies.set('rack_gateway', await at.system.token('admin', { email: 'cli@example.com' }))
    const page = await me(browser)
    expect([page.status, ruleOf(page)]).toEqual([401, 'browser-session'])
  })

  test('is rejected together with another credential, so that the caller is never ambiguous', async () => {
    const { browser } = await at.login('admin')
    const token = await at.system.token('viewer')
    const page = await me(browser, { authorization: `Bearer ${token}` })
    expect([page.status, ruleOf(page)]).toEqual([401, 'two-credentials'])
  })

  test('causes no redirect loop if the browser also sends a password', async () => {
    const { browser } = await at.login('admin')
    const authorization = basicAuthorization(await at.system.token('viewer'))
    const page = await at.visit(browser, '/gateway/', { headers: { authorization } })
    expect([page.status, ruleOf(page), page.location]).toEqual([401, 'two-credentials', null])
  })

  test('is refused when its cookie is there twice, in one header or in two', async () => {
    const mine = sessionOf((await at.login('admin')).browser)
    const other = sessionOf((await at.login('nobody')).browser)
    const { host } = new URL(at.system.url)
    for (const lines of [
      [`Cookie: rack_gateway=${mine}; rack_gateway=${other}`],
      [`Cookie: rack_gateway=${mine}`, `Cookie: rack_gateway=${other}`],
      [`Cookie: rack_gateway=${mine}; a=b;rack_gateway=${mine}`],
    ]) {
      const response = await at.system.raw(
        `GET /gateway/api/v1/me HTTP/1.1\r\nHost: ${host}\r\n${lines.join('\r\n')}\r\n\r\n`,
      )
      expect([response.status, JSON.parse(response.body).rule]).toEqual([401, 'two-credentials'])
    }
  })

  test('causes no redirect loop when its cookie is there twice, and calls no rack', async () => {
    const { browser } = await at.login('admin')
    const other = sessionOf((await at.login('nobody')).browser)
    const { address } = await beginLoopback(at)
    browser.cookies.set('rack_gateway', `${sessionOf(browser)}; rack_gateway=${other}`)
    const received = at.system.rack.received.length
    const pages = ['/gateway/', '/gateway/device', new URL(address).pathname + new URL(address).search]
    for (const path of [...pages, '/gateway/api/v1/racks/staging/apps']) {
      const page = await at.visit(browser, path)
      expect([path, page.status, page.location]).toEqual([path, 401, null])
    }
    expect(at.system.rack.received).toHaveLength(received)
  })

  test('is found behind a cookie of 8 KB; larger cookies, and headers above 64 KiB, are rejected, and the session continues', async () => {
    const { browser } = await at.login('nobody')
    const { host } = new URL(at.system.url)
    const meBehind = (size: number) =>
      at.system.raw(
        `GET /gateway/api/v1/me HTTP/1.1\r\nHost: ${host}\r\nCookie: filler=${'x'.repeat(size)}; rack_gateway=${sessionOf(browser)}\r\n\r\n`,
      )
    expect((await meBehind(8_000)).status).toBe(200)
    const large = await meBehind(60_000)
    expect([large.status, large.json]).toEqual([431, expect.objectContaining({ rule: 'cookie-size' })])
    const refused = await meBehind(64 * 1024)
    expect([refused.status, refused.json]).toEqual([431, expect.objectContaining({ rule: 'http-headers' })])
    expect((await me(browser)).status).toBe(200)
    const rules = async () => (await at.system.events()).map(({ decision }) => decision?.rule)
    await expect.poll(rules).toContain('http-headers')
  })

  test.each(['', 'x', `rgb_${'0'.repeat(63)}`, 'A'.repeat(8_000), '"quoted"', '%00'])(
    'is rejected with the cookie %#, and the page redirects to the login',
    async (value) => {
      const browser = createBrowser()
      browser.cookies.set('rack_gateway', value)
      expect((await me(browser)).status).toBe(401)
      expect(await at.visit(browser, '/gateway/')).toMatchObject({
        status: 303,
        location: `${at.system.url}/gateway/auth/login`,
      })
    },
  )

  test('continues as long as it is used, and ends by itself when it is not, on record', async () => {
    const { browser } = await at.login('nobody')
    for (const later of [11, 22, 33]) {
      clock.ahead = later * hour
      expect((await me(browser)).status).toBe(200)
    }
    clock.ahead = 46 * hour
    const page = await me(browser)
    expect([page.status, ruleOf(page)]).toEqual([401, 'idle-session'])
    const ended = (await at.system.events()).filter(({ kind }) => kind === 'session.ended').at(-1)
    expect(ended).toMatchObject({ principal: { kind: 'system' }, detail: { reason: 'idle' } })
    clock.ahead = 34 * hour
    await expect.poll(async () => (await me(browser)).status).toBe(401)
  })

  test('is idle from one moment on, and not before', async () => {
    const begun = Date.now()
    const system = await startLoginSystem({ sessionIdle: 12 * hour }, { now: () => begun + clock.ahead })
    const { browser } = await system.login('nobody')
    const status = async () => (await system.visit(browser, '/gateway/api/v1/me')).status
    clock.ahead = 12 * hour - 1
    expect(await status()).toBe(200)
    clock.ahead += 12 * hour
    expect(await status()).toBe(401)
    await system.stop()
  })

  test('ends at its SESSION_MAX_AGE, to the millisecond, however much it is used', async () => {
    const begun = Math.ceil(Date.now() / 1_000) * 1_000
    const rules = { sessionIdle: 12 * hour, sessionLife: 24 * hour }
    const system = await startLoginSystem(rules, { now: () => begun + clock.ahead })
    const { browser, page } = await system.login('nobody')
    expect(page.setCookies.join()).toContain('Max-Age=86400;')
    const now = () => system.visit(browser, '/gateway/api/v1/me')
    for (const later of [8 * hour, 16 * hour, 24 * hour - 1]) {
      clock.ahead = later
      expect([later, (await now()).status]).toEqual([later, 200])
    }
    clock.ahead = 24 * hour
    const over = await now()
    expect([over.status, ruleOf(over)]).toEqual([401, 'expired-token'])
    await system.stop()
  })

  test('continues with the shortest limit when it is used just before its end', async () => {
    const begun = Date.now()
    const system = await startLoginSystem({ sessionIdle: 60_000 }, { now: () => begun + clock.ahead })
    const { browser } = await system.login('nobody')
    for (const later of [1, 59_000, 62_000, 110_000]) {
      clock.ahead = later
      expect([later, (await system.visit(browser, '/gateway/api/v1/me')).status]).toEqual([later, 200])
    }
    await system.stop()
  })

  test('is idle for all calls at once, on whichever replica', async () => {
    const replica = await at.system.replica()
    const { browser } = await at.login('nobody')
    clock.ahead = 13 * hour
    const headers = { host: new URL(at.system.url).host }
    const there = async () => (await browser.visit(`${replica.url}/gateway/api/v1/me`, { headers })).status
    const here = async () => (await me(browser)).status
    expect(new Set(await Promise.all([here(), there(), here(), there()]))).toEqual(new Set([401]))
    await replica.stop()
  })

  test('is listed with its last use, and where from', async () => {
    const { browser } = await at.login('nobody')
    const listed = async () => JSON.parse((await at.visit(browser, '/gateway/api/v1/sessions')).body).items[0]
    const first = await listed()
    expect(first).toMatchObject({ current: true, lastUsedFrom: '127.0.0.1', device: 'browser: Mozilla/5.0 (test)' })
    clock.ahead = 61_000
    const second = await listed()
    expect(Date.parse(second.lastUsedAt) - Date.parse(first.lastUsedAt)).toBeGreaterThan(60_000)
  })

  test('records its use at most once a minute, without raising the revision', async () => {
    const { browser } = await at.login('nobody')
    await me(browser)
    const session = (await at.system.events()).findLast(({ kind }) => kind === 'session.issued')?.detail?.session
    const state = async () =>
      (
        await at.system
          .sql`select (select used_at::text from gateway.last_uses where credential = ${String(session)}) as used, (select value from gateway.revision) as revision`
      )[0]
    const before = await state()
    clock.ahead = 30_000
    for (let calls = 0; calls < 5; calls++) await me(browser)
    // Another replica has not noted a use yet.
    const replica = await at.system.replica()
    const headers = { host: new URL(at.system.url).host }
    expect((await browser.visit(`${replica.url}/gateway/api/v1/me`, { headers })).status).toBe(200)
    await replica.stop()
    expect(await state()).toEqual(before)
    clock.ahead = 61_000
    await me(browser)
    const after = await state()
    expect(after?.used).not.toBe(before?.used)
    expect(after?.revision).toBe(before?.revision)
  })

  test('is over on every replica once it has ended on one', async () => {
    const replica = await at.system.replica()
    const { browser } = await at.login('admin')
    const headers = { host: new URL(at.system.url).host }
    const there = () => browser.visit(`${replica.url}/gateway/api/v1/me`, { headers })
    expect((await there()).status).toBe(200)
    const token = sessionOf(browser)
    const { csrfToken } = JSON.parse((await me(browser)).body)
    await at.visit(browser, '/gateway/auth/logout', { form: {}, headers: { 'x-csrf-token': csrfToken } })
    browser.cookies.set('rack_gateway', token)
    await expect.poll(async () => (await there()).status).toBe(401)
    await replica.stop()
  })

  test('has the same CSRF token on every replica, and returns it only to a request with the cookie', async () => {
    const replica = await at.system.replica()
    const { browser } = await at.login('admin')
    const here = JSON.parse((await me(browser)).body).csrfToken
    const there = await browser.visit(`${replica.url}/gateway/api/v1/me`, {
      headers: { host: new URL(at.system.url).host },
    })
    expect(here).toMatch(/^[\w-]{43}$/)
    expect(JSON.parse(there.body).csrfToken).toBe(here)
    await replica.stop()
    const token = await at.system.token('viewer')
    const page = await me(createBrowser(), { authorization: `Bearer ${token}` })
    expect(JSON.parse(page.body)).not.toHaveProperty('csrfToken')
  })
})

describe('pages and the management API', () => {
  test.each(['evil.example', 'localhost', '127.0.0.1', '127.0.0.1:1', 'evil@127.0.0.1'])(
    'are not available at the host %j',
    async (host) => {
      const browser = createBrowser()
      for (const path of ['/gateway/', '/gateway', '/gateway/api/v1/me', '/gateway/auth/login?return_to=/gateway/']) {
        const page = await at.visit(browser, path, { headers: { host } })
        expect([page.status, JSON.parse(page.body).code]).toEqual([421, 'RGW_MISDIRECTED'])
        expect(page.location).toBeNull()
      }
    },
  )

  test('reject a request with several hosts or without a host', async () => {
    const { host } = new URL(at.system.url)
    for (const lines of [`Host: ${host}\r\nHost: evil.example`, `Host: ${host}\r\nHost: ${host}`, 'Host: ', 'Host:']) {
      const response = await at.system.raw(`GET /gateway/api/v1/me HTTP/1.1\r\n${lines}\r\n\r\n`)
      expect([response.status, lines]).toEqual([421, lines])
    }
  })

  test('but health is, and so is the rack API', async () => {
    const headers = { host: '10.0.0.1:8447' }
    expect((await at.visit(createBrowser(), '/gateway/health/live', { headers })).status).toBe(200)
    expect((await at.visit(createBrowser(), '/check', { headers })).status).toBe(200)
    const authorization = `Bearer ${await at.system.token('viewer')}`
    expect(
      (await at.visit(createBrowser(), '/rack/staging/apps', { headers: { ...headers, authorization } })).status,
    ).toBe(200)
  })
})

test('a form of another site, sent without the cookie, does not end the session', async () => {
  const { browser } = await at.login('admin')
  const foreign: Record<string, string>[] = [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]
  for (const headers of foreign) {
    const response = await at.visit(createBrowser(), '/gateway/auth/logout', { method: 'POST', headers, form: {} })
    expect([response.status, response.setCookies]).toEqual([401, []])
  }
  expect((await at.visit(browser, '/gateway/api/v1/me')).status).toBe(200)
})
