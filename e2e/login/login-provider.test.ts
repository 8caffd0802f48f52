import type { ProviderFault } from '@rack-gateway/demo/identity-provider'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createBrowser } from '../support/login/browser.ts'
import { type LoginSystem, startLoginSystem } from '../support/login/login.ts'

const responses = (path: RegExp, status: number, body = 'busy', type = 'text/plain'): ProviderFault => ({
  kind: 'response',
  path,
  response: { status, type, body },
})
const discovery = /^\/\.well-known\//

describe('a provider that is unavailable when the gateway starts', () => {
  const clock = { ahead: 0 }
  let at: LoginSystem
  beforeAll(async () => {
    const begun = Date.now()
    at = await startLoginSystem({}, { now: () => begun + clock.ahead })
  })
  afterAll(() => at.stop())

  const come = () => at.visit(createBrowser(), '/gateway/auth/login')
  const askedTimes = () => at.idp.received.metadata

  test.each([
    ['fails', responses(discovery, 500), 503],
    ['is busy', responses(discovery, 429), 503],
    ['knows no discovery', responses(discovery, 404), 502],
    ['answers something else', responses(discovery, 200, '<html>hello</html>', 'text/html'), 502],
    ['answers half', responses(discovery, 200, '{"issuer":'), 502],
    ['redirects', responses(discovery, 302), 502],
    ['answers without end', responses(discovery, 200, `"${'x'.repeat(600_000)}"`), 503],
    [
      'is another one',
      responses(
        discovery,
        200,
        '{"issuer":"https://evil.example","authorization_endpoint":"https://evil.example/a","token_endpoint":"https://evil.example/t","jwks_uri":"https://evil.example/j"}',
      ),
      502,
    ],
  ])(
    '%s: the page reports it, other calls are not affected, and the provider is requested again after two seconds',
    async (_, fault, status) => {
      clock.ahead += 2_000
      at.idp.injectFault(fault)
      const before = askedTimes()
      const page = await come()
      expect(page.status).toBe(status)
      expect(page.body).toContain('identity provider')
      expect(page.setCookies).toEqual([])
      expect(askedTimes()).toBe(before + 1)
      expect((await at.system.get('/rack/staging/apps', await at.system.token('viewer'))).status).toBe(200)
    },
  )

  test('is not requested again for each caller', async () => {
    clock.ahead += 2_000
    at.idp.injectFault(responses(discovery, 503))
    const before = askedTimes()
    const pages = [await come(), ...(await Promise.all(Array.from({ length: 20 }, come)))]
    expect(new Set(pages.map(({ status }) => status))).toEqual(new Set([503]))
    expect(pages[0]?.headers['retry-after']).toBe('10')
    expect(askedTimes()).toBe(before + 1)
  })

  test('works later, and the log has the denied callers', async () => {
    clock.ahead += 2_000
    at.idp.injectFault(null)
    expect((await at.login('admin')).page.status).toBe(303)
    const counted = async () => {
      const events = (await at.system.events()).filter(({ kind }) => kind === 'refused')
      const countOf = (rule: string) =>
        events.reduce((sum, { decision, count = 0 }) => sum + (decision?.rule === rule ? count : 0), 0)
      return [countOf('login-provider-unreachable'), countOf('login-provider-broken')]
    }
    await expect.poll(counted).toEqual([3 + 21, 5])
  })
})

describe('a provider that becomes unavailable', () => {
  let at: LoginSystem
  beforeAll(async () => {
    at = await startLoginSystem()
  })
  afterAll(() => at.stop())
  afterEach(() => {
    vi.useRealTimers()
    at.idp.injectFault(null)
  })

  const denials = async () => {
    const refused = (await at.system.events()).filter(({ kind }) => kind === 'refused')
    expect(refused.every(({ decision }) => decision?.effect === 'deny')).toBe(true)
    return refused.reduce((sum, { count = 0 }) => sum + count, 0)
  }

  /** The first two come before the keys were fetched. */
  const faults = [
    ['has no keys', responses(/^\/jwks/, 500), 503],
    ['has broken keys', responses(/^\/jwks/, 200, '{"keys":7}', 'application/json'), 403],
    ['fails', responses(/^\/token/, 500), 503],
    ['is busy', responses(/^\/token/, 429), 503],
    ['answers a page', responses(/^\/token/, 200, '<html>hello</html>', 'text/html'), 503],
    ['answers without end', responses(/^\/token/, 200, `"${'x'.repeat(600_000)}"`, 'application/json'), 503],
    ['refuses', responses(/^\/token/, 400, '{"error":"invalid_grant"}', 'application/json'), 403],
  ] as const

  test.each(faults)('%s: the user can log in later', async (_, fault, status) => {
    const { browser, callback } = await at.goAndChoose('admin')
    at.idp.injectFault(fault)
    const page = await browser.visit(callback)
    expect([page.status, page.body]).toEqual([status, expect.stringContaining('Log in again')])
    expect(browser.cookies.has('rack_gateway')).toBe(false)
    at.idp.injectFault(null)
    if (fault !== faults[0][1]) expect((await at.login('admin', { browser })).page.status).toBe(303)
  })

  test('each failure is in the log, without the client secret', async () => {
    await expect.poll(denials).toBe(faults.length)
    expect(JSON.stringify(await at.system.events())).not.toContain(at.idp.clientSecret)
  })

  test('never answers: the login fails with 503', async () => {
    const { browser, callback } = await at.goAndChoose('admin')
    at.idp.injectFault({ kind: 'response', path: /^\/token/, response: null })
    expect((await browser.visit(callback)).status).toBe(503)
  })

  describe('its keys', () => {
    test('are not fetched for each unknown key ID', async () => {
      await at.login('admin')
      const fetched = at.idp.received.keys
      at.idp.injectFault({ kind: 'foreign-key', keyId: 'unknown' })
      for (let tried = 0; tried < 5; tried++) expect((await at.login('admin')).page.status).toBe(403)
      expect(at.idp.received.keys).toBe(fetched)
    })

    test('are matched by their bytes, not by their names', async () => {
      await at.login('admin')
      const { keys } = (await (await fetch(`${at.idp.issuer}/jwks`)).json()) as { keys: { kid: string }[] }
      at.idp.injectFault({ kind: 'foreign-key', keyId: keys[0]?.kid ?? '' })
      expect((await at.login('admin')).page.status).toBe(403)
    })

    test('can be replaced: the new key is fetched, and the old one is rejected', async () => {
      await at.login('admin')
      const fetched = at.idp.received.keys
      await at.idp.rotateKeys()
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31_000 })
      expect((await at.login('admin')).page.status).toBe(303)
      expect(at.idp.received.keys).toBe(fetched + 1)
    })
  })
})

test('without the audit log, a login fails', async () => {
  const at = await startLoginSystem({}, { tuning: { auditLimits: { deadline: 1_000 } } })
  onTestFinished(() => at.stop())
  const { browser, callback } = await at.goAndChoose('viewer')
  const rows = () => at.system.sql`select id::text from gateway.sessions union all select email from gateway.users`
  const before = await rows()
  await at.system.sql`revoke insert on audit.events from rack_gateway`
  const page = await browser.visit(callback)
  await at.system.sql`grant insert on audit.events to rack_gateway`
  expect(page.status).toBe(503)
  expect(browser.cookies.has('rack_gateway')).toBe(false)
  expect(await rows()).toEqual(before)
})
