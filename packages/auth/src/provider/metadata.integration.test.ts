import { createServer } from 'node:http'
import { listen } from '@rack-gateway/testing/server'
import { expect, onTestFinished, test } from 'vitest'
import { LoginDenied } from '../errors/login-denial.ts'
import { discover } from './metadata.ts'

/** A provider whose metadata has these changes. @returns its issuer */
async function startIssuer(changes: (issuer: string) => object, path = ''): Promise<string> {
  const server = createServer((request, response) => {
    const found = request.url === `${path}/.well-known/openid-configuration`
    response.writeHead(found ? 200 : 404).end(JSON.stringify({ ...metadataOf(issuer), ...changes(issuer) }))
  })
  const { url, close } = await listen(server)
  onTestFinished(close)
  const issuer = `${url}${path}`
  return issuer
}

function metadataOf(issuer: string) {
  return {
    issuer,
    authorization_endpoint: `${issuer}/auth`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    code_challenge_methods_supported: ['S256'],
  }
}

async function whyNot(issuer: string): Promise<string | undefined> {
  const error: unknown = await discover(issuer).catch((caught: unknown) => caught)
  return error instanceof LoginDenied ? error.detail.why : undefined
}

test.each(['', '/tenant', '/realms/staging'])('a provider at the path %j is found', async (path) => {
  const issuer = await startIssuer(() => ({}), path)
  expect(await discover(issuer)).toMatchObject({ issuer })
})

test.each([
  ['PKCE by plain text only', () => ({ code_challenge_methods_supported: ['plain'] }), 'it has no PKCE with S256'],
  ['no keys', () => ({ jwks_uri: undefined }), 'its metadata is incomplete'],
  ['something else for an endpoint', () => ({ token_endpoint: 7 }), 'its metadata is incomplete'],
  ['a slash too much', (issuer: string) => ({ issuer: `${issuer}/` }), 'its metadata names another issuer'],
  ['another issuer', () => ({ issuer: 'https://evil.example' }), 'its metadata names another issuer'],
  [
    'a plain token endpoint elsewhere',
    () => ({ token_endpoint: 'http://evil.example/token' }),
    'an endpoint of its metadata is not https',
  ],
  ['plain keys elsewhere', () => ({ jwks_uri: 'http://10.0.0.1/jwks' }), 'an endpoint of its metadata is not https'],
  [
    'an endpoint that runs',
    () => ({ authorization_endpoint: 'javascript:alert(1)' }),
    'an endpoint of its metadata is not https',
  ],
  [
    'an endpoint that is not a URL',
    () => ({ authorization_endpoint: '/auth' }),
    'an endpoint of its metadata is not https',
  ],
])('a provider with %s is not used', async (_, changes, why) => {
  expect(await whyNot(await startIssuer(changes))).toBe(why)
})

test('the denial for a provider that does not run has the code of the network error', async () => {
  const { url, close } = await listen(createServer())
  await close()
  expect(await whyNot(url)).toBe('ECONNREFUSED')
})
