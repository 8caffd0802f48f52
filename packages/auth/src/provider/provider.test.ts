import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { connectProvider } from './provider.ts'
import type { LoginSettings } from './settings.ts'

const google = 'https://accounts.google.com'
const settings: LoginSettings = {
  publicUrl: 'https://gateway.example.com',
  issuer: google,
  clientId: 'client.apps.googleusercontent.com',
  clientSecret: 'secret',
  groupsClaim: null,
  allowedDomains: ['example.com'],
  adminUsers: [],
  defaultRole: null,
  sessionIdle: 1,
  sessionLife: 1,
}
/** As Google publishes it: no scope for refresh tokens. */
const metadataOf = (issuer: string) => ({
  issuer,
  authorization_endpoint: `${issuer}/o/oauth2/v2/auth`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/oauth2/v3/certs`,
  scopes_supported: ['openid', 'email', 'profile'],
  code_challenge_methods_supported: ['plain', 'S256'],
})

const asked: string[] = []
beforeEach(() => {
  asked.length = 0
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(url)
    return Response.json(metadataOf(new URL(url).origin))
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
})

async function begun(changes: Partial<LoginSettings>, consentOf: string | null = null) {
  const provider = await connectProvider({ ...settings, ...changes }, { now: () => 0 })
  const { url } = await provider.begin({ nonce: 'the-nonce', consentOf, choosesAccount: false })
  return { provider, url: new URL(url), parameters: new URL(url).searchParams }
}

describe('Google Workspace', () => {
  test('is discovered, and gets its own refresh parameter and the one domain that can log in', async () => {
    const { provider, url, parameters } = await begun({})
    expect(asked).toEqual([`${google}/.well-known/openid-configuration`])
    expect(url.origin + url.pathname).toBe(`${google}/o/oauth2/v2/auth`)
    expect(Object.fromEntries(parameters)).toEqual({
      response_type: 'code',
      client_id: settings.clientId,
      redirect_uri: 'https://gateway.example.com/gateway/auth/callback',
      scope: 'openid email',
      state: expect.stringMatching(/^.{16,}$/),
      nonce: 'the-nonce',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
      hd: 'example.com',
      access_type: 'offline',
    })
    expect(provider.refreshable).toBe(true)
  })

  test('asks a certain person for consent, if a refresh token requires consent', async () => {
    const { parameters } = await begun({}, 'ada@example.com')
    expect([parameters.get('prompt'), parameters.get('login_hint')]).toEqual(['consent', 'ada@example.com'])
  })

  test('gets no domain parameter if there are several', async () => {
    const { parameters } = await begun({ allowedDomains: ['example.com', 'example.org'] })
    expect([parameters.has('hd'), parameters.get('access_type')]).toEqual([false, 'offline'])
  })
})

test('another issuer gets neither parameter, and gives a refresh token only if it offers the scope', async () => {
  const { provider, parameters } = await begun({ issuer: 'https://idp.example.com' })
  expect([parameters.has('hd'), parameters.has('access_type'), provider.refreshable]).toEqual([false, false, false])
  vi.stubGlobal('fetch', async (url: string) =>
    Response.json({ ...metadataOf(new URL(url).origin), scopes_supported: ['openid', 'offline_access'] }),
  )
  const other = await begun({ issuer: 'https://idp.example.com' })
  expect([other.provider.refreshable, other.parameters.get('scope')]).toEqual([true, 'openid email offline_access'])
})
