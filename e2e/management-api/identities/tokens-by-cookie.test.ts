import { managementApi as api } from '@rack-gateway/testing/management-api'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Browser } from '../../support/login/browser.ts'
import { type LoginSystem, startLoginSystem } from '../../support/login/login.ts'

const minute = 60_000
const clock = { ahead: 0 }
let at: LoginSystem
beforeAll(async () => {
  at = await startLoginSystem({}, { now: () => Date.now() + clock.ahead })
})
afterAll(() => at.stop())
afterEach(() => {
  clock.ahead = 0
})

interface Me {
  readonly csrfToken: string
  readonly loggedInAt: string
  readonly organization: string
}

async function meOf(browser: Browser): Promise<Me> {
  return JSON.parse((await at.visit(browser, `${api}/me`)).body)
}

async function post(browser: Browser, path: string, body: object, headers?: Readonly<Record<string, string>>) {
  const sent = headers ?? { 'x-csrf-token': (await meOf(browser)).csrfToken }
  const { status, body: text } = await at.visit(browser, `${api}${path}`, { json: JSON.stringify(body), headers: sent })
  return { status, json: JSON.parse(text) }
}

const wanted = { name: 'nightly', role: 'viewer' }
const tokenCount = async () => (await at.system.sql`select count(*)::int as count from gateway.api_tokens`)[0]?.count

test('a browser creates and rotates an API token within five minutes of the login', async () => {
  const { browser } = await at.login('admin')
  clock.ahead = 4 * minute
  const made = await post(browser, '/tokens', wanted)
  expect([made.status, made.json.token]).toEqual([201, expect.stringMatching(/^rgt_/)])
  const rotated = await post(browser, `/tokens/${made.json.id}/rotate`, { overlapSeconds: 0 })
  expect([rotated.status, rotated.json.token]).toEqual([201, expect.stringMatching(/^rgt_/)])
  expect((await at.system.get('/rack/staging/apps', rotated.json.token)).status).toBe(200)
  const text = JSON.stringify(await at.system.events())
  for (const token of [made.json.token, rotated.json.token]) expect(text).not.toContain(token)
})

test('me says when the user of a browser logged in, so that a page can ask for a new login first', async () => {
  const before = Date.now() - 1
  const { browser } = await at.login('admin')
  const { loggedInAt } = await meOf(browser)
  expect(Date.parse(loggedInAt)).toBeGreaterThanOrEqual(before)
  expect(Date.parse(loggedInAt)).toBeLessThanOrEqual(Date.now())
  clock.ahead = 6 * minute
  expect((await meOf(browser)).loggedInAt).toBe(loggedInAt)
  const asked = await at.system.get(`${api}/me`, await at.system.token('admin'))
  expect(asked.json).not.toHaveProperty('loggedInAt')
})

test('me names the organization for a page with convox lines', async () => {
  const { browser } = await at.login('admin')
  expect((await meOf(browser)).organization).toBe('gateway')
})

describe('an older login', () => {
  test.each(['/tokens', '/tokens/00000000-0000-4000-8000-000000000000/rotate'])(
    'gets no token by POST %s',
    async (path) => {
      const { browser } = await at.login('admin')
      const before = await tokenCount()
      clock.ahead = 5 * minute + 1_000
      const { status, json } = await post(browser, path, path === '/tokens' ? wanted : {})
      expect([status, json]).toEqual([
        403,
        expect.objectContaining({
          code: 'RGW_NOT_PERMITTED',
          rule: 'old-login',
          reason: 'Your login in this browser is older than five minutes, and only a newer login leads to a token.',
          next: `Log in again at ${at.system.url}/gateway/auth/login, and repeat the request then.`,
        }),
      ])
      expect(await tokenCount()).toBe(before)
      expect(await at.system.lastEvent()).toMatchObject({ kind: 'call', status: 403, decision: { rule: 'old-login' } })
    },
  )

  test('is denied before its body is read', async () => {
    const { browser } = await at.login('admin')
    const headers = { 'x-csrf-token': (await meOf(browser)).csrfToken }
    clock.ahead = 6 * minute
    const { status, body } = await at.visit(browser, `${api}/tokens`, { json: '{"broken', headers })
    expect([status, JSON.parse(body).rule]).toEqual([403, 'old-login'])
  })

  test('gets one after the next login', async () => {
    const { browser } = await at.login('admin')
    clock.ahead = 6 * minute
    await at.login('admin', { browser, returnTo: '/gateway/tokens?new=1' })
    expect((await post(browser, '/tokens', wanted)).status).toBe(201)
  })

  test('gets no token if the login becomes too old before the transaction begins', async () => {
    const { browser } = await at.login('admin')
    const headers = { 'x-csrf-token': (await meOf(browser)).csrfToken }
    const before = await tokenCount()
    clock.ahead = 4 * minute
    const response = await at.system.sql.begin(async (held) => {
      await held`select value from gateway.revision for update`
      const asked = post(browser, '/tokens', wanted, headers)
      const waiting = () => held`
        select from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database()`
      await expect.poll(waiting, { interval: 20 }).not.toHaveLength(0)
      clock.ahead = 5 * minute + 1_000
      return { asked }
    })
    const { status, json } = await response.asked
    expect([status, json.rule]).toEqual([403, 'old-login'])
    expect(await tokenCount()).toBe(before)
  })
})

test.each([
  ['no CSRF token', {}],
  ['another CSRF token', { 'x-csrf-token': 'x'.repeat(43) }],
  ['a page of another site', null],
])('a fresh login with %s gets no token', async (_, given) => {
  const { browser } = await at.login('admin')
  const own = { 'x-csrf-token': (await meOf(browser)).csrfToken, origin: 'https://evil.example' }
  const before = await tokenCount()
  const { status, json } = await post(browser, '/tokens', wanted, given ?? own)
  expect([status, json.code]).toEqual([403, 'RGW_CSRF_REFUSED'])
  expect(await tokenCount()).toBe(before)
})

test('a browser gets no token with more permissions than its user has', async () => {
  const { browser } = await at.login('nobody')
  const { status, json } = await post(browser, '/tokens', wanted)
  expect([status, json.code]).toEqual([403, 'RGW_INSUFFICIENT_AUTHORITY'])
})
