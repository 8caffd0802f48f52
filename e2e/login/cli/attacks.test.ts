import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type StatementCounter, startStatementCounter } from '../../support/gateway/statement-counter.ts'
import { type Browser, createBrowser, type Page } from '../../support/login/browser.ts'
import {
  ask,
  beginDevice,
  beginLoopback,
  broughtBy,
  decide,
  follow,
  hiddenFields,
  laptop,
  typeCode,
} from '../../support/login/cli-login.ts'
import { type LoginSystem, startLoginSystem } from '../../support/login/login.ts'

let at: LoginSystem
beforeAll(async () => {
  at = await startLoginSystem({}, { rackNames: ['staging'], trustedProxies: ['127.0.0.1'], devicePollSeconds: 1 })
})
afterAll(() => at.stop())

const from = (address: string) => ({ 'x-forwarded-for': address })
const attacker = from('198.51.100.66')
const victim = from('203.0.113.7')
const lastRefused = async (system = at) =>
  (await system.system.events()).filter(({ kind }) => kind === 'cli-login.refused').at(-1)
const cliSessions = async () =>
  (await at.system.issuer.listSessions()).filter(({ device }) => !device.startsWith('browser:')).length

async function csrfTokenOf(browser: Browser): Promise<string> {
  return JSON.parse((await at.visit(browser, '/gateway/api/v1/me')).body).csrfToken
}

describe('an attacker who sends a link of a loopback login', () => {
  test('gets no session, even if the victim logs in and allows it', async () => {
    const before = await cliSessions()
    const login = await beginLoopback(at, { device: 'payroll-server' }, attacker)
    const browser = createBrowser()
    const page = await follow(browser, login.address, 'admin', { headers: victim })
    expect(page.body).toContain('class="warning"')
    expect(page.body).toContain('198.51.100.66; this browser is at 203.0.113.7')
    const back = broughtBy(await decide(at, browser, page, 'allow', { headers: victim }))
    expect(back.url.hostname).toBe('127.0.0.1')
    // All that the attacker has: what they began with, and the address that they sent.
    const handle = new URL(login.address).searchParams.get('request') ?? ''
    for (const secret of [handle, login.state, login.verifier, login.path]) {
      const polled = await ask(at.system.url, '/device/poll', { secret }, attacker)
      expect([polled.status, polled.json.session]).toEqual([403, undefined])
      const { status } = await ask(
        at.system.url,
        '/loopback/redemption',
        { code: secret.slice(0, 200), verifier: login.verifier },
        attacker,
      )
      expect(status).toBe(403)
    }
    expect(await cliSessions()).toBe(before)
  })

  test('cannot poll', async () => {
    const login = await beginLoopback(at, {}, attacker)
    const secret = new URL(login.address).searchParams.get('request') ?? ''
    const { status, json } = await ask(at.system.url, '/device/poll', { secret }, attacker)
    expect([status, json.code, json.rule]).toEqual([403, 'RGW_CLI_LOGIN_REFUSED', 'cli-login-not-polled'])
    expect(String(json.error)).toContain('cannot be polled')
  })

  test('cannot change its address or its text', async () => {
    const { address } = await beginLoopback(at, {}, attacker)
    const sealed = Buffer.from(new URL(address).searchParams.get('request') ?? '', 'base64url')
    for (const index of [0, 12, 28, 60, sealed.length - 1]) {
      const changed = Buffer.from(sealed)
      changed.writeUInt8((changed[index] ?? 0) ^ 1, index)
      const page = await at.visit(createBrowser(), `/gateway/auth/cli?request=${changed.toString('base64url')}`)
      expect([page.status, page.body]).toEqual([400, expect.stringContaining('This is not a link to a login')])
      expect(page.body).not.toContain('<form')
    }
  })
})

describe('an attacker who sends a code of a login', () => {
  test('is visible on the page: their address, a warning, and a required confirmation', async () => {
    const login = await beginDevice(at, { device: 'payroll-server' }, attacker)
    const { browser, page } = await typeCode(at, login.code, 'deployer', { headers: victim })
    expect(page.body).toContain('198.51.100.66; this browser is at 203.0.113.7')
    expect(page.body).toContain('Another person may have sent you this code')
    expect(page.body).toMatch(/<input type="checkbox" name="confirmed" value="yes" required>/)
    const refused = await decide(at, browser, page, 'allow', { headers: victim })
    expect([refused.status, refused.body]).toEqual([
      400,
      expect.stringContaining('You did not confirm that the login is yours'),
    ])
    expect(await lastRefused()).toMatchObject({
      principal: { name: 'deployer@example.com' },
      decision: { rule: 'cli-login-unconfirmed' },
      detail: { begunFrom: '198.51.100.66', device: 'payroll-server' },
    })
    const polled = await ask(at.system.url, '/device/poll', { secret: login.secret }, attacker)
    expect(polled.json).toEqual({ status: 'pending' })
  })

  test('gets no session if DEVICE_LOGIN is same-address, whatever the victim does', async () => {
    const strict = await startLoginSystem({}, { trustedProxies: ['127.0.0.1'], deviceLogin: 'same-address' })
    onTestFinished(() => strict.stop())
    const login = await beginDevice(strict, {}, attacker)
    const { browser, page } = await typeCode(strict, login.code, 'admin', { headers: victim })
    expect([page.status, page.body]).toEqual([403, expect.stringContaining('started at another address')])
    expect(page.body).not.toContain('name="decision"')
    expect(await lastRefused(strict)).toMatchObject({
      decision: { rule: 'cli-login-other-address' },
      detail: { begunFrom: '198.51.100.66' },
    })
    // Who typed it at the right address and then moves is refused, too.
    const here = await typeCode(strict, login.code, 'admin', { browser, headers: attacker })
    const moved = await decide(strict, browser, here.page, 'allow', { headers: victim, fields: { confirmed: 'yes' } })
    expect(moved.status).toBe(403)
    const polled = await ask(strict.system.url, '/device/poll', { secret: login.secret }, attacker)
    expect(polled.json).toEqual({ status: 'pending' })
    const six = await beginDevice(strict, {}, from('2001:db8:1:2::1'))
    const same = await typeCode(strict, six.code, 'admin', { headers: from('2001:db8:1:2:ffff::9') })
    expect([same.page.status, same.page.body.includes('class="warning"')]).toEqual([200, false])
  })

  test('can’t begin one where DEVICE_LOGIN is off, and there is no page for codes', async () => {
    const closed = await startLoginSystem({}, { deviceLogin: 'off' })
    onTestFinished(() => closed.stop())
    const { status, json } = await ask(closed.system.url, '/device', laptop)
    expect([status, json.rule]).toEqual([403, 'device-login-off'])
    expect(String(json.error)).toContain('Run "rack-gateway login" on a machine with a browser')
    const { browser } = await closed.login('admin')
    const page = await closed.visit(browser, '/gateway/device')
    expect([page.status, page.body.includes('<form')]).toEqual([403, false])
    expect(page.body).toContain('<h1>Logins with a code are turned off</h1>')
    expect((await beginLoopback(closed)).address).toContain('/gateway/auth/cli?request=')
  })
})

describe('a stolen cookie', () => {
  /** Another person's program, with the victim's cookie: it can read the CSRF token, and sends what browsers send. */
  async function thiefOf(user: string): Promise<{ browser: Browser; csrf: string }> {
    const { browser: owner } = await at.login(user)
    const browser = createBrowser()
    for (const [name, value] of owner.cookies) browser.cookies.set(name, value)
    return { browser, csrf: await csrfTokenOf(browser) }
  }
  const origin = () => ({ origin: at.system.url })

  test('allows no loopback login that began after its own login', async () => {
    const { browser, csrf } = await thiefOf('viewer')
    const login = await beginLoopback(at)
    const shown = await browser.visit(login.address)
    expect([shown.status, shown.location]).toEqual([303, expect.stringContaining('/gateway/auth/login?return_to=')])
    const request = new URL(login.address).searchParams.get('request') ?? ''
    const form = { request, csrf_token: csrf, decision: 'allow' }
    const response = await at.visit(browser, '/gateway/auth/cli', { form, headers: origin() })
    expect([response.status, response.location, response.body]).toEqual([
      403,
      null,
      expect.stringContaining('Log in again'),
    ])
    expect(await lastRefused()).toMatchObject({
      principal: { name: 'viewer@example.com' },
      decision: { rule: 'cli-login-old-login' },
    })
  })

  test('allows no login by a code that began after its own login', async () => {
    const { browser, csrf } = await thiefOf('viewer')
    const login = await beginDevice(at)
    const form = { code: login.code, csrf_token: csrf }
    const response = await at.visit(browser, '/gateway/device', { form, headers: origin() })
    expect([response.status, response.body.includes('name="decision"')]).toEqual([403, false])
    expect(response.body).toContain('href="/gateway/auth/login?return_to=%2Fgateway%2Fdevice%3Fagain%3D1"')
    expect((await lastRefused())?.decision).toMatchObject({ rule: 'cli-login-old-login' })
  })

  test('cannot decide a login whose code was typed in another session', async () => {
    const login = await beginDevice(at)
    const { page } = await typeCode(at, login.code, 'ops')
    const { browser, csrf } = await thiefOf('viewer')
    const form = { ...hiddenFields(page), csrf_token: csrf, decision: 'allow', confirmed: 'yes' }
    const response = await at.visit(browser, '/gateway/device/decision', { form, headers: origin() })
    expect(response.status).toBe(400)
    expect((await ask(at.system.url, '/device/poll', { secret: login.secret })).json).toEqual({ status: 'pending' })
  })
})

describe('no token decides on a login', () => {
  test.each([
    ['a session of a program', () => at.system.token('admin')],
    ['an API token', () => at.system.pipelineToken()],
  ])('%s', async (_, issue) => {
    const authorization = `Bearer ${await issue()}`
    const login = await beginLoopback(at)
    for (const target of [login.address, `${at.system.url}/gateway/device?again=1`]) {
      const page = await createBrowser().visit(target, { headers: { authorization } })
      expect([page.status, page.body.includes('<form')]).toEqual([403, false])
    }
    const request = new URL(login.address).searchParams.get('request') ?? ''
    const form = { request, decision: 'allow', csrf_token: 'x' }
    const response = await at.visit(createBrowser(), '/gateway/auth/cli', { form, headers: { authorization } })
    expect([response.status, response.location]).toEqual([403, null])
  })
})

describe('a page of another site', () => {
  const forged: [
    string,
    (own: string, other: string) => { fields: Record<string, string>; headers?: Record<string, string> },
  ][] = [
    ['without the CSRF token', () => ({ fields: { csrf_token: '' } })],
    ['with the CSRF token of another session', (_, other) => ({ fields: { csrf_token: other } })],
    [
      'with the right token, from another origin',
      (own) => ({ fields: { csrf_token: own }, headers: { origin: 'https://evil.example' } }),
    ],
    ['with the right token, from no origin', (own) => ({ fields: { csrf_token: own }, headers: { origin: 'null' } })],
    ['as another site’s form', (own) => ({ fields: { csrf_token: own }, headers: { 'sec-fetch-site': 'cross-site' } })],
  ]

  async function expectNothing(response: Page): Promise<void> {
    expect([response.status, response.location]).toEqual([403, null])
    expect(JSON.parse(response.body)).toMatchObject({ code: 'RGW_CSRF_REFUSED' })
  }

  test.each(forged)('allows no loopback login %s', async (_, forge) => {
    const login = await beginLoopback(at)
    const browser = createBrowser()
    const page = await follow(browser, login.address, 'nobody')
    const other = await csrfTokenOf((await at.login('ops')).browser)
    await expectNothing(await decide(at, browser, page, 'allow', forge(hiddenFields(page).csrf_token ?? '', other)))
    expect(
      await at.system
        .sql`select 1 from gateway.loopback_logins where user_id = (select id from gateway.users where subject = 'nobody')`,
    ).toHaveLength(0)
  })

  test.each(forged)('types no code and allows no login by one %s', async (_, forge) => {
    const login = await beginDevice(at, {}, from(`198.18.${++networks}.1`))
    const browser = createBrowser()
    const own = await follow(browser, `${at.system.url}/gateway/device`, 'nobody')
    const other = await csrfTokenOf((await at.login('ops')).browser)
    const { fields, headers = {} } = forge(hiddenFields(own).csrf_token ?? '', other)
    await expectNothing(await at.visit(browser, '/gateway/device', { form: { code: login.code, ...fields }, headers }))
    const [typed] = [await typeCode(at, login.code, users[networks % users.length] ?? 'admin')]
    const again = forge(hiddenFields(typed.page).csrf_token ?? '', other)
    await expectNothing(
      await decide(at, typed.browser, typed.page, 'allow', { ...again, fields: { confirmed: 'yes', ...again.fields } }),
    )
    expect((await ask(at.system.url, '/device/poll', { secret: login.secret })).json).toEqual({ status: 'pending' })
  })
  let networks = 0
  const users = ['admin', 'ops', 'deployer']
})

test('a page of another site can neither begin nor poll a login', async () => {
  const headers = { 'sec-fetch-site': 'cross-site' }
  for (const [path, body] of [
    ['/device', laptop],
    ['/device/poll', { secret: 'x' }],
  ] as const) {
    const { status, json } = await ask(at.system.url, path, body, headers)
    expect([status, json.code]).toEqual([403, 'RGW_BROWSER_CALL'])
  }
})

describe('a caller who guesses codes', () => {
  test('is stopped by account, from wherever they type', async () => {
    const guessing = await startLoginSystem({}, { trustedProxies: ['127.0.0.1'] })
    onTestFinished(() => guessing.stop())
    const { code } = await beginDevice(guessing)
    const statuses: number[] = []
    for (let tries = 0; tries < 11; tries++) {
      const headers = from(`198.51.100.${tries}`)
      statuses.push((await typeCode(guessing, tries < 10 ? 'BBBB-BBBB' : code, 'viewer', { headers })).page.status)
    }
    expect(statuses).toEqual([...Array(10).fill(400), 429])
    expect(await lastRefused(guessing)).toMatchObject({
      principal: { name: 'viewer@example.com' },
      decision: { rule: 'cli-login-codes' },
    })
    const rules = (await guessing.system.events()).flatMap(({ decision }) => decision?.rule ?? [])
    expect(rules.filter((rule) => rule === 'cli-login-code')).toHaveLength(10)
    expect((await typeCode(guessing, code, 'admin', { headers: from('192.0.2.1') })).page.status).toBe(200)
  })

  test('is stopped by address, as whomever they type', async () => {
    const guessing = await startLoginSystem({}, { trustedProxies: ['127.0.0.1'] })
    onTestFinished(() => guessing.stop())
    const { code } = await beginDevice(guessing)
    const statuses: number[] = []
    for (const user of ['viewer', 'ops', 'deployer', 'admin'])
      for (let tries = 0; tries < 8; tries++)
        statuses.push((await typeCode(guessing, 'BBBB-BBBB', user, { headers: attacker })).page.status)
    expect(statuses).toEqual([...Array(30).fill(400), 429, 429])
    expect((await typeCode(guessing, code, 'nobody', { headers: attacker })).page.status).toBe(429)
    expect((await typeCode(guessing, code, 'nobody', { headers: victim })).page.status).toBe(200)
  })
})

test('a flood of beginning logins causes no query and stores no row', async () => {
  const statementCounters: StatementCounter[] = []
  const flooded = await startLoginSystem(
    {},
    {
      async databaseProxy(url) {
        const statementCounter = await startStatementCounter(url)
        statementCounters.push(statementCounter)
        return statementCounter.url
      },
    },
  )
  onTestFinished(async () => {
    await flooded.stop()
    statementCounters[0]?.close()
  })
  await beginLoopback(flooded)
  // A periodic query of the gateway can fall into one attempt, but not into each.
  const queries = async () => {
    statementCounters[0]?.take()
    for (let begun = 0; begun < 100; begun++) await beginLoopback(flooded)
    return statementCounters[0]?.take()['rack-gateway'] ?? 0
  }
  await expect.poll(queries).toBe(0)
})

test('beginning logins is counted, and beyond the limit refused without I/O', async () => {
  const limited = await startLoginSystem({}, { unauthenticatedPerMinute: 10 })
  onTestFinished(() => limited.stop())
  const statuses: number[] = []
  for (let begun = 0; begun < 11; begun++)
    statuses.push(
      (await ask(limited.system.url, '/loopback/redemption', { code: 'x'.repeat(43), verifier: 'v'.repeat(43) }))
        .status,
    )
  expect(statuses.slice(-1)).toEqual([429])
  expect((await ask(limited.system.url, '/device', laptop)).status).toBe(429)
})
