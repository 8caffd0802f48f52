import type { ProviderFault } from '@rack-gateway/demo/identity-provider'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createBrowser } from './support/browser.ts'
import { type LoginSystem, startLoginSystem } from './support/login.ts'

async function start(now: () => number = Date.now): Promise<LoginSystem> {
  const at = await startLoginSystem({}, { now })
  onTestFinished(() => at.stop())
  return at
}

afterEach(() => {
  vi.useRealTimers()
})

const answers = (path: RegExp, status: number, body = 'busy', type = 'text/plain'): ProviderFault => ({
  kind: 'answer',
  path,
  answer: { status, type, body },
})
const discovery = /^\/\.well-known\//

describe('a provider that is not there when the gateway starts', () => {
  test.each([
    ['fails', answers(discovery, 500), 503],
    ['is busy', answers(discovery, 429), 503],
    ['knows no discovery', answers(discovery, 404), 502],
    ['answers something else', answers(discovery, 200, '<html>hello</html>', 'text/html'), 502],
    ['answers half', answers(discovery, 200, '{"issuer":'), 502],
    ['redirects', answers(discovery, 302), 502],
    ['answers without end', answers(discovery, 200, `"${'x'.repeat(600_000)}"`), 503],
    [
      'is another one',
      answers(
        discovery,
        200,
        '{"issuer":"https://evil.example","authorization_endpoint":"https://evil.example/a","token_endpoint":"https://evil.example/t","jwks_uri":"https://evil.example/j"}',
      ),
      502,
    ],
  ])('%s: the page says so, nothing else suffers, and later it works', async (_, fault, status) => {
    const clock = { ahead: 0 }
    const at = await start(() => Date.now() + clock.ahead)
    at.idp.injectFault(fault)
    const page = await at.visit(createBrowser(), '/gateway/auth/login')
    expect(page.status).toBe(status)
    expect(page.body).toContain('identity provider')
    expect(page.setCookies).toEqual([])
    expect((await at.system.get('/rack/staging/apps', await at.system.token('viewer'))).status).toBe(200)
    at.idp.injectFault(null)
    clock.ahead = 2_000
    expect((await at.login('admin')).page.status).toBe(303)
    const rule = status === 503 ? 'login-provider-unreachable' : 'login-provider-broken'
    const counted = async () => (await at.system.events()).map(({ decision }) => decision?.rule)
    await expect.poll(counted).toContain(rule)
  })

  test('is not asked again by everybody who comes', async () => {
    const begun = Date.now()
    const at = await start(() => begun)
    at.idp.injectFault(answers(discovery, 503))
    const come = () => at.visit(createBrowser(), '/gateway/auth/login')
    const pages = [await come(), ...(await Promise.all(Array.from({ length: 20 }, come)))]
    expect(new Set(pages.map(({ status }) => status))).toEqual(new Set([503]))
    expect(pages[0]?.headers['retry-after']).toBe('10')
    expect(at.idp.received.metadata).toBe(1)
  })
})

describe('a provider that fails in the middle', () => {
  test.each([
    ['fails', answers(/^\/token/, 500), 503],
    ['is busy', answers(/^\/token/, 429), 503],
    ['answers a page', answers(/^\/token/, 200, '<html>hello</html>', 'text/html'), 503],
    ['answers without end', answers(/^\/token/, 200, `"${'x'.repeat(600_000)}"`, 'application/json'), 503],
    ['refuses', answers(/^\/token/, 400, '{"error":"invalid_grant"}', 'application/json'), 403],
    ['has no keys', answers(/^\/jwks/, 500), 503],
    ['has broken keys', answers(/^\/jwks/, 200, '{"keys":7}', 'application/json'), 403],
  ])('%s', async (_, fault, status) => {
    const at = await start()
    const { browser, callback } = await at.goAndChoose('admin')
    at.idp.injectFault(fault)
    const page = await browser.visit(callback)
    expect([page.status, page.body]).toEqual([status, expect.stringContaining('Log in again')])
    expect(browser.cookies.has('rack_gateway')).toBe(false)
    const refused = async () => (await at.system.events()).filter(({ kind }) => kind === 'refused')
    await expect.poll(refused).toMatchObject([{ decision: { effect: 'deny' } }])
    expect(JSON.stringify(await at.system.events())).not.toContain(at.idp.clientSecret)
    at.idp.injectFault(null)
    expect((await at.login('admin', { browser })).page.status).toBe(303)
  })

  test('never answers: the person is told after five seconds', async () => {
    const at = await start()
    const { browser, callback } = await at.goAndChoose('admin')
    at.idp.injectFault({ kind: 'answer', path: /^\/token/, answer: null })
    expect((await browser.visit(callback)).status).toBe(503)
  })
})

describe('the keys of the provider', () => {
  test('may change: the new one is fetched, the old one counts no more', async () => {
    const at = await start()
    await at.login('admin')
    await at.idp.rotateKeys()
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31_000 })
    expect((await at.login('admin')).page.status).toBe(303)
    expect(at.idp.received.keys).toBe(2)
  })

  test('are not fetched for each unknown key id', async () => {
    const at = await start()
    await at.login('admin')
    at.idp.injectFault({ kind: 'foreign-key', keyId: 'unknown' })
    for (let tried = 0; tried < 5; tried++) expect((await at.login('admin')).page.status).toBe(403)
    expect(at.idp.received.keys).toBe(1)
  })

  test('are matched by their bytes, not by their names', async () => {
    const at = await start()
    await at.login('admin')
    const { keys } = (await (await fetch(`${at.idp.issuer}/jwks`)).json()) as { keys: { kid: string }[] }
    at.idp.injectFault({ kind: 'foreign-key', keyId: keys[0]?.kid ?? '' })
    expect((await at.login('admin')).page.status).toBe(403)
  })
})

test('with the audit log gone, nobody is logged in', async () => {
  const at = await start()
  const { browser, callback } = await at.goAndChoose('admin')
  await at.system.sql`revoke insert on audit.events from rack_gateway`
  const page = await browser.visit(callback)
  await at.system.sql`grant insert on audit.events to rack_gateway`
  expect(page.status).toBe(503)
  expect(browser.cookies.has('rack_gateway')).toBe(false)
  expect(await at.system.sql`select 1 from gateway.sessions`).toHaveLength(0)
  expect(await at.system.sql`select 1 from gateway.users`).toHaveLength(0)
})
