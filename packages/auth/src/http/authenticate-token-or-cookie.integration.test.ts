import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { afterEach, describe, expect, test } from 'vitest'
import { createIdentities } from '../principals/identities.ts'
import { createRevision } from '../revision/revision.ts'
import { createBrowserSessions } from '../sessions/browser-sessions.ts'
import { hour, now, session } from '../testing/records.ts'
import { deriveLoginKeys } from '../tokens/login-keys.ts'
import { createTokenMint } from '../tokens/token.ts'
import auth from './plugin.ts'

const secrets = [Buffer.alloc(32, 'own test'), Buffer.alloc(32, 'older key')]
const { csrfTokens: csrfKeys } = deriveLoginKeys(secrets)
const mint = createTokenMint(secrets)
const cookie = mint.issue('browser', now + hour)
const origin = 'https://gateway.example.com'
const open: FastifyInstance[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()))
})

const noDatabase = { db: null as never, changes: null as never, revocations: null as never }

async function startApi() {
  const clock = { now: () => now }
  const revision = createRevision(clock)
  revision.update('1', now)
  const identities = createIdentities({
    directory: { find: async (hash) => session({ id: hash.equals(cookie.hash) ? 'mine' : 'other' }) },
    revision,
    clock,
  })
  const record = async () => {}
  const made = createBrowserSessions({ database: noDatabase, csrfKeys, clock, record, publicUrl: origin, idle: hour })
  const app = Fastify()
  open.push(app)
  app.setErrorHandler((error: Error & { statusCode?: number; code?: string }, _request, reply) =>
    reply.status(error.statusCode ?? 500).send({ code: error.code }),
  )
  await app.register(auth, { mint, identities, clock, browserSessions: { ...made, use: async () => true } })
  app.addHook('onRequest', app.authenticateTokenOrCookie)
  const handler = async ({ principal }: FastifyRequest) => ({ session: principal?.credential })
  app.route({ method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'], url: '/thing', handler })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const ask = (method: string, headers: Record<string, string>) => fetch(`${url}/thing`, { method, headers })
  const csrfToken = made.csrfToken({ kind: 'browser', hash: cookie.hash, expiresAt: cookie.expiresAt })
  return { ask, csrfToken }
}

const withCookie = (headers: Record<string, string> = {}) => ({
  cookie: `__Host-rack_gateway=${cookie.token}`,
  ...headers,
})

describe('a change by cookie', () => {
  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])('by %s needs the CSRF token', async (method) => {
    const { ask, csrfToken } = await startApi()
    expect((await ask(method, withCookie({ 'x-csrf-token': csrfToken }))).status).toBe(200)
    for (const headers of [
      {},
      { 'x-csrf-token': '' },
      { 'x-csrf-token': `${csrfToken}x` },
      { 'x-csrf-token': csrfToken.toLowerCase() },
    ])
      expect((await ask(method, withCookie(headers as Record<string, string>))).status).toBe(403)
  })

  test('is accepted from a page of the gateway, and rejected from any other page', async () => {
    const { ask, csrfToken } = await startApi()
    const token = { 'x-csrf-token': csrfToken }
    expect((await ask('POST', withCookie({ ...token, origin, 'sec-fetch-site': 'same-origin' }))).status).toBe(200)
    for (const other of [
      'https://evil.example',
      'http://gateway.example.com',
      'https://gateway.example.com.evil',
      'null',
    ])
      expect((await ask('POST', withCookie({ ...token, origin: other }))).status).toBe(403)
    for (const site of ['cross-site', 'same-site', 'none'])
      expect((await ask('POST', withCookie({ ...token, 'sec-fetch-site': site }))).status).toBe(403)
  })

  test('is accepted with a CSRF token of an older key', async () => {
    const { ask } = await startApi()
    const before = createBrowserSessions({
      database: noDatabase,
      csrfKeys: csrfKeys.slice(1),
      clock: { now: () => now },
      record: async () => {},
      publicUrl: origin,
      idle: hour,
    })
    const token = before.csrfToken({ kind: 'browser', hash: cookie.hash, expiresAt: cookie.expiresAt })
    expect((await ask('POST', withCookie({ 'x-csrf-token': token }))).status).toBe(200)
  })
})

test('a read by cookie needs no token', async () => {
  const { ask } = await startApi()
  expect((await ask('GET', withCookie())).status).toBe(200)
})

test('with TLS, a cookie without its prefix is rejected, because another host of the domain could have set it', async () => {
  const { ask } = await startApi()
  expect((await ask('GET', { cookie: `rack_gateway=${cookie.token}` })).status).toBe(401)
})

test('a request with a token needs no CSRF token', async () => {
  const { ask } = await startApi()
  const authorization = `Bearer ${mint.issue('session', now + hour).token}`
  expect((await ask('POST', { authorization })).status).toBe(200)
  expect((await ask('POST', { authorization, cookie: 'other=1' })).status).toBe(200)
})

test('cookies that another host of the domain has set neither replace the session nor end it', async () => {
  const { ask } = await startApi()
  const evil = mint.issue('browser', now + hour).token
  const tossed = [
    `rack_gateway=${evil}`,
    `__host-rack_gateway=${evil}`,
    `__Host-rack_gateway_=${evil}`,
    `__Secure-rack_gateway=${evil}`,
    `x="; __Host-rack_gateway_2=${evil}; "`,
    `filler=${'x'.repeat(8_000)}`,
    `=${evil}`,
    '$Version=1',
  ]
  for (const one of tossed) expect((await ask('GET', { cookie: one })).status, one).toBe(401)
  const cookie = [...tossed.slice(0, 4), withCookie().cookie, ...tossed.slice(4)].join('; ')
  const response = await ask('GET', { cookie })
  expect([response.status, await response.json()]).toEqual([200, { session: 'mine' }])
})
