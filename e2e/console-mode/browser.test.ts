import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Browser, createBrowser, type Page } from '../support/login/browser.ts'
import { type LoginSystem, startLoginSystem } from '../support/login/login.ts'
import { callInConsoleMode, listHeaders, rackHeaders } from './console-calls.ts'

const path = '/gateway/convox'
const minute = 60_000
const clock = { ahead: 0 }
let at: LoginSystem
beforeAll(async () => {
  at = await startLoginSystem({}, { now: () => Date.now() + clock.ahead, limits: { changesPerMinute: 10 } })
  at.system.app.log.level = 'silent'
  await at.system.issuer.addBinding({ kind: 'group', id: 'viewers' }, { role: 'viewer' })
  await at.system.issuer.addBinding({ kind: 'group', id: 'deployers' }, { role: 'deployer' })
})
afterAll(() => at.stop())
afterEach(() => {
  clock.ahead = 0
})

const csrfTokenIn = ({ body }: Page) => /name="csrf_token" value="([^"]+)"/.exec(body)?.[1] ?? ''
const tokensIn = (body: string) => body.match(/rgs_[A-Za-z0-9]+/g) ?? []
const submit = (browser: Browser, csrf_token: string, headers: Readonly<Record<string, string>> = {}) =>
  at.visit(browser, path, { form: { csrf_token }, headers })

async function sessionsIssued(): Promise<object[]> {
  return (await at.system.events()).filter(
    ({ kind, detail }) => kind === 'session.issued' && detail?.device === 'convox of a browser',
  )
}

test('after a fresh login the page has a form and no token, which the form then shows once', async () => {
  const { browser } = await at.login('admin')
  const form = await at.visit(browser, path)
  expect([form.status, tokensIn(form.body)]).toEqual([200, []])
  expect(form.body).toContain('admin@example.com')
  const result = await submit(browser, csrfTokenIn(form))
  const [token = '', ...others] = tokensIn(result.body)
  expect([result.status, others]).toEqual([200, []])
  const { host } = new URL(at.system.url)
  expect(result.body).toContain(`export X_DEV_ALLOW_HTTP=true\nconvox login ${host} -t ${token}\n`)
  for (const { headers } of [form, result])
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
      'x-frame-options': 'DENY',
    })
  const racks = await callInConsoleMode(at.system, 'GET /racks', token, listHeaders)
  expect(racks.json).toMatchObject([{ name: 'staging' }])
  expect(tokensIn((await at.visit(browser, path)).body)).toEqual([])
  expect((await sessionsIssued()).at(-1)).toMatchObject({
    principal: { name: 'admin@example.com' },
    source: { address: '127.0.0.1' },
    detail: { email: 'admin@example.com' },
  })
  expect(JSON.stringify(await at.system.events())).not.toContain(token)
  clock.ahead = 24 * 60 * minute
  expect((await callInConsoleMode(at.system, 'GET /auth', token)).json).toMatchObject({ rule: 'expired-token' })
})

test('a user without a role gets no form and no token, and reads what to do', async () => {
  const { browser } = await at.login('ops')
  const page = await at.visit(browser, path)
  expect([page.status, csrfTokenIn(page)]).toEqual([403, ''])
  expect(page.body).toContain('You have no role on any rack of this gateway')
  expect(page.body).toContain('Ask an administrator of the gateway for a role')
  const csrf = String(JSON.parse((await at.visit(browser, '/gateway/api/v1/me')).body).csrfToken)
  const before = await sessionsIssued()
  const result = await submit(browser, csrf)
  expect([result.status, tokensIn(result.body)]).toEqual([403, []])
  expect(await sessionsIssued()).toEqual(before)
  expect(await at.system.lastEvent()).toMatchObject({
    kind: 'cli-login.refused',
    principal: { name: 'ops@example.com' },
    decision: { effect: 'deny', rule: 'convox-login-no-role' },
  })
})

test('the text about an expired session names the command and the page that log convox in again', async () => {
  const { browser } = await at.login('admin')
  const [token = ''] = tokensIn((await submit(browser, csrfTokenIn(await at.visit(browser, path)))).body)
  clock.ahead = 24 * 60 * minute
  const again = `Run "rack-gateway convox-login", or get a new token at ${at.system.url}/gateway/convox.`
  const racks = await callInConsoleMode(at.system, 'GET /racks', token, listHeaders)
  expect(racks.error).toMatch(/^This cli token is expired\. Your session expired on /)
  expect(racks.error).toContain(again)
  const apps = await callInConsoleMode(at.system, 'GET /apps', token, rackHeaders('gateway/staging'))
  expect(apps.error).toMatch(/^Your session expired on /)
  expect(apps.error).toContain(again)
})

test('an older login leads to the provider first, and then to the form', async () => {
  const { browser } = await at.login('admin')
  clock.ahead = 5 * minute + 1_000
  const page = await at.visit(browser, path)
  expect(page).toMatchObject({ status: 303 })
  expect(page.location).toBe(`${at.system.url}/gateway/auth/login?return_to=${encodeURIComponent(`${path}?again=1`)}`)
  const begun = await browser.visit(page.location ?? '')
  const back = await at.chooseFrom(browser, begun, 'admin')
  expect(back.location).toBe(`${at.system.url}${path}?again=1`)
  expect(csrfTokenIn(await browser.visit(back.location ?? ''))).not.toBe('')
})

test('a provider without reauthentication does not cause an endless redirect', async () => {
  const { browser } = await at.login('admin')
  clock.ahead = 6 * minute
  const page = await at.visit(browser, `${path}?again=1`)
  expect([page.status, csrfTokenIn(page)]).toEqual([403, ''])
  expect(page.body).toContain('older than five minutes')
})

test('without a login there is no form', async () => {
  expect(await at.visit(createBrowser(), path)).toMatchObject({ status: 303 })
  expect(await at.visit(createBrowser(), path, { form: { csrf_token: 'x' } })).toMatchObject({ status: 303 })
})

test('a cookie that is older than five minutes creates no session, also with its CSRF token', async () => {
  const { browser } = await at.login('admin')
  const csrf = csrfTokenIn(await at.visit(browser, path))
  const before = await sessionsIssued()
  clock.ahead = 5 * minute + 1_000
  const result = await submit(browser, csrf)
  expect([result.status, tokensIn(result.body)]).toEqual([403, []])
  expect(await sessionsIssued()).toEqual(before)
  expect(await at.system.lastEvent()).toMatchObject({
    kind: 'cli-login.refused',
    principal: { name: 'admin@example.com' },
    decision: { effect: 'deny', rule: 'convox-login-old-login' },
  })
})

test.each([
  ['no CSRF token', '', {}],
  ['another CSRF token', 'x'.repeat(43), {}],
  ['a page of another site', null, { origin: 'https://evil.example' }],
  ['a sandboxed page', null, { origin: 'null' }],
  ['another site, by the browser’s own word', null, { 'sec-fetch-site': 'cross-site' }],
  ['a sibling site', null, { 'sec-fetch-site': 'same-site' }],
])('%s creates no session', async (_, csrf, headers) => {
  const { browser } = await at.login('admin')
  const own = csrfTokenIn(await at.visit(browser, path))
  const before = await sessionsIssued()
  const result = await submit(browser, csrf ?? own, headers)
  expect([result.status, tokensIn(result.body)]).toEqual([403, []])
  expect(await sessionsIssued()).toEqual(before)
})

test('the CSRF token of another session creates no session', async () => {
  const [one, other] = await Promise.all([at.login('admin'), at.login('viewer')])
  const csrf = csrfTokenIn(await at.visit(other.browser, path))
  expect((await submit(one.browser, csrf)).status).toBe(403)
})

test('a form whose session was ended in the meantime creates no session', async () => {
  const { browser } = await at.login('deployer')
  const csrf = csrfTokenIn(await at.visit(browser, path))
  const before = await sessionsIssued()
  const [newest] = await at.system.sql<
    { id: string }[]
  >`select id from gateway.sessions order by created_at desc limit 1`
  await at.system.issuer.endSession(newest?.id ?? '', 'ended by a test')
  const result = await submit(browser, csrf)
  expect(result.status).not.toBe(200)
  expect(tokensIn(result.body)).toEqual([])
  expect(await sessionsIssued()).toEqual(before)
})

test('a fresh login creates no more sessions in a minute than a principal can make changes', async () => {
  const { browser } = await at.login('viewer')
  const csrf = csrfTokenIn(await at.visit(browser, path))
  const results = await Promise.all(Array.from({ length: 15 }, () => submit(browser, csrf)))
  expect(results.map(({ status }) => status).sort()).toEqual([...Array(10).fill(200), ...Array(5).fill(429)])
  expect(results.flatMap(({ body }) => tokensIn(body))).toHaveLength(10)
})

test('no token leads to another one', async () => {
  const token = await at.system.token('admin', { email: 'cli@example.com' })
  const headers = { authorization: `Bearer ${token}` }
  for (const visit of [{ headers }, { headers, form: { csrf_token: 'x' } }]) {
    const page = await at.visit(createBrowser(), path, visit)
    expect([page.status, tokensIn(page.body)]).toEqual([403, []])
  }
})
