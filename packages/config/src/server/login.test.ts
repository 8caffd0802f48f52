import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { ConfigError, forgetSecrets, readServerConfig } from '../index.ts'

const complete = {
  RACK_URL_STAGING: 'https://api.staging.convox.cloud',
  RACK_TOKEN_STAGING: 'rack-password',
  APP_SECRET_KEY: '0123456789abcdef0123456789abcdef',
}
const issuer = {
  ...complete,
  PUBLIC_URL: 'https://gateway.example.com',
  OIDC_ISSUER: 'https://login.example.com/tenant/',
  OIDC_CLIENT_ID: 'rack-gateway',
  OIDC_CLIENT_SECRET: 'client-secret',
}
const google = {
  ...complete,
  PUBLIC_URL: 'https://gateway.example.com',
  GOOGLE_CLIENT_ID: 'x.apps.googleusercontent.com',
  GOOGLE_CLIENT_SECRET: 'client-secret',
  ALLOWED_DOMAINS: 'example.com',
}

function problemsOf(env: NodeJS.ProcessEnv): string {
  try {
    readServerConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.join('\n')
    throw error
  }
  return ''
}

describe('a login', () => {
  test('is off unless one is configured', () => {
    expect(readServerConfig(complete)).toMatchObject({ login: null, publicUrl: null })
  })

  test('by an issuer, with everything', () => {
    const config = readServerConfig({
      ...issuer,
      OIDC_GROUPS_CLAIM: 'groups',
      ALLOWED_DOMAINS: 'Example.com, example.org,example.com',
      ADMIN_USERS: 'Ann@Example.com',
      DEFAULT_ROLE: 'viewer',
      SESSION_IDLE: '60s',
    })
    expect(config.publicUrl).toBe('https://gateway.example.com')
    expect(config.login).toMatchObject({
      issuer: 'https://login.example.com/tenant/',
      clientId: 'rack-gateway',
      groupsClaim: 'groups',
      allowedDomains: ['example.com', 'example.org'],
      adminUsers: ['ann@example.com'],
      defaultRole: 'viewer',
      sessionIdleMs: 60_000,
    })
    expect(config.login?.clientSecret.reveal()).toBe('client-secret')
    expect(inspect(config, { depth: 9 }) + JSON.stringify(config)).not.toContain('client-secret')
    expect(Object.isFrozen(config.login)).toBe(true)
  })

  test('by Google, whose issuer is known', () => {
    const { login } = readServerConfig(google)
    expect(login).toMatchObject({
      issuer: 'https://accounts.google.com',
      allowedDomains: ['example.com'],
      adminUsers: [],
      groupsClaim: null,
      defaultRole: null,
      sessionIdleMs: 43_200_000,
    })
  })

  test('leaves no secret in the environment', () => {
    const env: NodeJS.ProcessEnv = { ...issuer, GOOGLE_CLIENT_SECRET: 'other' }
    forgetSecrets(env)
    expect(env).not.toHaveProperty('OIDC_CLIENT_SECRET')
    expect(env).not.toHaveProperty('GOOGLE_CLIENT_SECRET')
  })
})

describe('a login that cannot be', () => {
  test.each([
    ['without PUBLIC_URL', { ...issuer, PUBLIC_URL: '' }, 'PUBLIC_URL is missing although OIDC_ISSUER is set'],
    ['without its secret', { ...issuer, OIDC_CLIENT_SECRET: '' }, 'OIDC_CLIENT_SECRET is missing although'],
    ['without its issuer', { ...issuer, OIDC_ISSUER: '' }, 'OIDC_ISSUER is missing although'],
    ['of Google without its secret', { ...google, GOOGLE_CLIENT_SECRET: '' }, 'GOOGLE_CLIENT_SECRET is missing'],
    ['of Google for everybody', { ...google, ALLOWED_DOMAINS: '' }, 'ALLOWED_DOMAINS is missing although'],
    ['twice', { ...google, ...issuer }, 'GOOGLE_CLIENT_ID and OIDC_ISSUER are both set'],
    ['only in its details', { ...complete, ADMIN_USERS: 'ann@example.com' }, 'ADMIN_USERS is set, but no login'],
  ])('%s', (_, env, problem) => {
    expect(problemsOf(env)).toContain(problem)
  })

  test.each([
    ['PUBLIC_URL', 'http://gateway.example.com', 'is http, which is for loopback only'],
    ['PUBLIC_URL', 'https://gateway.example.com/path', 'has a path'],
    ['PUBLIC_URL', 'https://user@gateway.example.com', 'contains a character that is not allowed'],
    ['PUBLIC_URL', 'https://gateway.example.com?', 'contains a character that is not allowed'],
    ['PUBLIC_URL', 'https://gateway.example.com\\@evil', 'contains a character that is not allowed'],
    ['PUBLIC_URL', 'gateway.example.com', 'does not begin with https://'],
    ['PUBLIC_URL', 'https://127.0.0.1.evil:x', 'is not a URL'],
    ['PUBLIC_URL', 'http://127.0.0.1.evil.com', 'is http, which is for loopback only'],
    ['OIDC_ISSUER', 'http://login.example.com', 'is http, which is for loopback only'],
    ['OIDC_ISSUER', 'ldap://login.example.com', 'does not begin with https://'],
    ['ALLOWED_DOMAINS', 'example.com,', 'has an entry (number 2) that is not a domain'],
    ['ALLOWED_DOMAINS', '@example.com', 'has an entry (number 1) that is not a domain'],
    ['ALLOWED_DOMAINS', '*', 'has an entry (number 1) that is not a domain'],
    ['ALLOWED_DOMAINS', 'ехample.com', 'has an entry (number 1) that is not a domain'],
    ['ADMIN_USERS', 'a@example.com@evil.com', 'has an entry (number 1) that is not an email'],
    ['ADMIN_USERS', 'example.com', 'has an entry (number 1) that is not an email'],
    ['DEFAULT_ROLE', 'admin', 'would make everybody an administrator'],
    ['DEFAULT_ROLE', 'Viewer!', 'is not the name of a role'],
    ['SESSION_IDLE', '59s', 'is not in range'],
    ['SESSION_IDLE', '43200', 'has no unit: put s, m, h, or d after the number; it should be how long a browser'],
    ['OIDC_CLIENT_SECRET', 'a b', 'is not valid'],
  ])('%s %s', (name, value, problem) => {
    const text = problemsOf({ ...issuer, [name]: value })
    expect(text).toContain(name)
    expect(text).toContain(problem)
    if (value.length > 3) expect(text).not.toContain(`${value} `)
  })

  test.each(['http://127.0.0.1:8447', 'http://localhost', 'http://[::1]:3000'])('is on loopback at %s', (url) => {
    expect(readServerConfig({ ...issuer, PUBLIC_URL: url, OIDC_ISSUER: url }).publicUrl).toBe(url)
  })
})
