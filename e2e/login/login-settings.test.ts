import { startDemoIdentityProvider } from '@rack-gateway/demo/identity-provider'
import { expect, onTestFinished, test } from 'vitest'
import { startSystem } from '../support/gateway/system.ts'
import { createBrowser } from '../support/login/browser.ts'
import { type LoginSystem, startLoginSystem } from '../support/login/login.ts'

async function start(settings: Parameters<typeof startLoginSystem>[0]): Promise<LoginSystem> {
  const at = await startLoginSystem(settings)
  onTestFinished(() => at.stop())
  return at
}

async function rolesOf(at: LoginSystem, user: string): Promise<string[]> {
  const { browser } = await at.login(user)
  return JSON.parse((await at.visit(browser, '/gateway/api/v1/me')).body).roles
}

test('DEFAULT_ROLE is granted at the first login, and not again after it was removed', async () => {
  const at = await start({ defaultRole: 'viewer' })
  expect(await rolesOf(at, 'nobody')).toEqual(['viewer'])
  expect(await rolesOf(at, 'nobody')).toEqual(['viewer'])
  const created = (await at.system.events()).filter(({ kind }) => kind === 'binding.created')
  expect(created.map(({ detail }) => detail?.reason)).toEqual(['given by DEFAULT_ROLE'])
  await at.system.issuer.removeBinding(String(created[0]?.detail?.binding))
  await expect.poll(() => rolesOf(at, 'nobody')).toEqual([])
})

test('an administrator of ADMIN_USERS does not also get DEFAULT_ROLE, and a removed role is not granted again', async () => {
  const at = await start({ defaultRole: 'viewer' })
  expect(await rolesOf(at, 'admin')).toEqual(['admin'])
  const created = (await at.system.events()).find(({ kind }) => kind === 'binding.created')
  expect(created).toMatchObject({ detail: { role: 'admin', reason: 'named in ADMIN_USERS' } })
  await at.system.issuer.removeBinding(String(created?.detail?.binding))
  await expect.poll(() => rolesOf(at, 'admin')).toEqual([])
})

test('two logins at once of a new user make one person, with one role', async () => {
  const at = await start({ defaultRole: 'viewer' })
  const ways = await Promise.all(Array.from({ length: 4 }, () => at.goAndChoose('nobody')))
  const pages = await Promise.all(ways.map(({ browser, callback }) => browser.visit(callback)))
  expect(pages.map(({ status }) => status)).toEqual([303, 303, 303, 303])
  expect(await at.system.sql`select 1 from gateway.users where subject = 'nobody'`).toHaveLength(1)
  expect(await at.system.sql`select 1 from gateway.bindings`).toHaveLength(1)
})

test('without ALLOWED_DOMAINS, every verified account of the provider can log in, and no other', async () => {
  const at = await start({ allowedDomains: [] })
  expect((await at.login('outsider')).page.status).toBe(303)
  expect((await at.login('unverified')).page.status).toBe(403)
})

test('without a groups claim, users have no groups', async () => {
  const at = await start({ groupsClaim: null })
  await at.system.issuer.addBinding({ kind: 'group', id: 'viewers' }, { role: 'viewer' })
  expect(await rolesOf(at, 'viewer')).toEqual([])
  expect(at.idp.received.authorizations[0]?.scope).toBe('openid email')
})

test('a DEFAULT_ROLE that the policy does not have keeps the gateway from starting, and says which there are', async () => {
  await expect(startLoginSystem({ defaultRole: 'viewers' })).rejects.toMatchObject({
    code: 'RGW_LOGIN_MISCONFIGURED',
    message: expect.stringContaining('viewer, ops, deployer'),
  })
})

test('with a wrong client secret, a login fails, and the secret is not disclosed', async () => {
  const at = await start({ clientSecret: 'a-wrong-secret-of-the-client' })
  const { page } = await at.login('admin')
  expect([page.status, page.body]).toEqual([403, expect.stringContaining('did not confirm')])
  expect(JSON.stringify(await at.system.events()) + page.body).not.toContain('a-wrong-secret')
})

test('behind TLS the cookies are bound to host and https, and every link is of PUBLIC_URL', async () => {
  const publicUrl = 'https://gateway.example.com'
  const idp = await startDemoIdentityProvider({ gatewayUrl: publicUrl })
  const { issuer, clientId, clientSecret } = idp
  const rules = {
    groupsClaim: null,
    allowedDomains: [],
    adminUsers: [],
    defaultRole: null,
    sessionIdle: 3_600_000,
    sessionLife: 86_400_000,
  }
  const system = await startSystem({ login: async () => ({ publicUrl, issuer, clientId, clientSecret, ...rules }) })
  onTestFinished(async () => {
    await system.stop()
    await idp.close()
  })
  const browser = createBrowser()
  const headers = { host: 'Gateway.Example.com' }
  const begun = await browser.visit(`${system.url}/gateway/auth/login`, { headers })
  const choice = await browser.visit(begun.location ?? '')
  const chosen = await browser.visit(choice.location ?? '', { form: { user: 'admin' } })
  const { location } = await browser.visit(chosen.location ?? '')
  expect(location).toMatch(/^https:\/\/gateway\.example\.com\/gateway\/auth\/callback\?/)
  const page = await browser.visit((location ?? '').replace(publicUrl, system.url), { headers })
  const ours = [...begun.setCookies, ...page.setCookies]
  expect(ours).toHaveLength(3)
  for (const cookie of ours)
    expect(cookie).toMatch(
      /^__Host-rack_gateway(_login_[0-9a-f]{16})?=[\w-]*; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    )
  expect((await browser.visit(`${system.url}/gateway/api/v1/me`, { headers })).status).toBe(200)
  const port443 = { host: 'gateway.example.com:443' }
  expect((await browser.visit(`${system.url}/gateway/api/v1/me`, { headers: port443 })).status).toBe(200)
  const other = { host: 'gateway.example.com.evil.example' }
  expect((await browser.visit(`${system.url}/gateway/api/v1/me`, { headers: other })).status).toBe(421)
})
