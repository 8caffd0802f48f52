import { basicAuthorizationOf } from '@rack-gateway/testing/authorization'
import { sendRaw, writeRequest } from '@rack-gateway/testing/http'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterEach, expect, test, vi } from 'vitest'
import { createIdentities } from '../principals/identities.ts'
import type { CredentialRecord } from '../principals/principals.ts'
import { createRevision } from '../revision/revision.ts'
import { apiToken, hour, now, session, user } from '../testing/records.ts'
import { createTokenMint } from '../tokens/token.ts'
import auth from './plugin.ts'

const mint = createTokenMint([Buffer.alloc(32, 'plugin test')])
const good = mint.issue('session', now + hour).token
const forged = createTokenMint([Buffer.alloc(32, 'another gateway')]).issue('session', now + hour).token
const old = mint.issue('session', now).token
const open: FastifyInstance[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()))
})

async function startGateway() {
  const clock = { time: now, now: () => clock.time }
  const revision = createRevision(clock)
  revision.update('1', now)
  const find = vi.fn<(hash: Buffer) => Promise<CredentialRecord | null>>(async () => session())
  const identities = createIdentities({ directory: { find }, revision, clock })
  const app = Fastify()
  open.push(app)
  app.setErrorHandler((error: Error & { statusCode?: number; code?: string; rule?: string }, _request, reply) =>
    reply.status(error.statusCode ?? 500).send({ error: error.message, code: error.code, rule: error.rule }),
  )
  await app.register(auth, { mint, identities, clock })
  app.get('/open', async (request) => ({ principal: request.principal }))
  await app.register(async function rackApi(scope) {
    scope.addHook('onRequest', scope.authenticate)
    scope.get('/apps', async (request) => ({ name: request.principal?.name, kind: request.credential?.kind }))
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const address = app.server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const send = (...headers: string[]) => sendRaw(`http://127.0.0.1:${port}`, writeRequest('GET /apps', headers))
  return { app, port, clock, revision, find, send }
}

function basic(userAndPassword: string | Buffer): string {
  return `Authorization: ${basicAuthorizationOf(userAndPassword)}`
}

test('a token as the Basic password is accepted, as the stock CLI sends it', async () => {
  const { send } = await startGateway()
  const response = await send(basic(`convox:${good}`))
  expect(response.status).toBe(200)
  expect(JSON.parse(response.body)).toEqual({ name: 'ann@example.com', kind: 'session' })
})

test.each(['convox', '', 'anything', 'jwt2', 'jörg'])('the user name %j does not matter', async (name) => {
  const { send } = await startGateway()
  expect(await send(basic(`${name}:${good}`))).toMatchObject({ status: 200 })
})

test.each(['Bearer', 'bearer', 'BEARER'])('a token with the scheme %s is accepted', async (scheme) => {
  const { send } = await startGateway()
  expect(await send(`Authorization: ${scheme} ${good}`)).toMatchObject({ status: 200 })
})

test('an API token acts as itself', async () => {
  const { send, find } = await startGateway()
  find.mockResolvedValue(apiToken())
  const response = await send(`Authorization: Bearer ${mint.issue('api-token', now + hour).token}`)
  expect(JSON.parse(response.body)).toEqual({ name: 'token:nightly (deploys)', kind: 'api-token' })
})

/** The Basic credential of the stock CLI, with `text` inserted in the middle of its base64. */
function basicWithInserted(text: string): string {
  const header = basic(`convox:${good}`)
  const middle = header.length - 30
  return `${header.slice(0, middle)}${text}${header.slice(middle)}`
}
const unpadded = basic(`convox:${good}`).replace(/=*$/, '')

test('Basic without its padding, with more of it, or in the URL-safe alphabet is the same credential', async () => {
  const { send } = await startGateway()
  const bytes = Buffer.from(`\u00ff\u00fe??>>:${good}`)
  expect(bytes.toString('base64')).toMatch(/[+/]/)
  for (const text of [unpadded, `${unpadded}===`, `Authorization: Basic ${bytes.toString('base64url')}`]) {
    const response = await send(text)
    expect([response.status, JSON.parse(response.body).name ?? response.body]).toEqual([200, 'ann@example.com'])
  }
})

const refused: readonly [name: string, rule: string, headers: readonly string[]][] = [
  ['nothing', 'no-credential', []],
  ['a cookie', 'no-credential', [`Cookie: session=${good}`]],
  ['a token in another header', 'no-credential', [`X-Authorization: Bearer ${good}`]],
  ['a token in a header that only looks alike', 'no-credential', [`Authorization_: Bearer ${good}`]],
  ["the proxy's header", 'no-credential', [`Proxy-Authorization: Bearer ${good}`]],
  ['two good tokens', 'two-credentials', [`Authorization: Bearer ${good}`, `Authorization: Bearer ${good}`]],
  ['Basic and Bearer', 'two-credentials', [basic(`convox:${good}`), `authorization: Bearer ${good}`]],
  ['Bearer and an empty one', 'two-credentials', [`Authorization: Bearer ${good}`, 'AUTHORIZATION:']],
  ['an empty header', 'malformed-credential', ['Authorization:']],
  ['another scheme', 'malformed-credential', [`Digest ${good}`].map((value) => `Authorization: ${value}`)],
  ['Basic that is not base64', 'malformed-credential', ['Authorization: Basic ***']],
  ['Basic with a space inside', 'malformed-credential', [basicWithInserted(' ')]],
  ['Basic with a tab inside', 'malformed-credential', [basicWithInserted('\t')]],
  ['Basic with a line break of MIME inside, folded', 'malformed-credential', [basicWithInserted(' \t')]],
  ['Basic with something that is not base64 inside', 'malformed-credential', [basicWithInserted('*')]],
  ['Basic with padding inside', 'malformed-credential', [basicWithInserted('=')]],
  ['Basic without a colon', 'malformed-credential', [basic(good)]],
  ['Basic with a NUL after the token', 'malformed-credential', [basic(`convox:${good}\0`)]],
  ['Basic with a newline after the token', 'malformed-credential', [basic(`convox:${good}\n`)]],
  ['Basic with two spaces', 'malformed-credential', [basic(`convox:${good}`).replace('Basic ', 'Basic  ')]],
  ['Basic with something after it', 'malformed-credential', [`${basic(`convox:${good}`)}, Bearer x`]],
  ["a rack's own JWT", 'rack-jwt', [basic('jwt:eyJhbGciOiJIUzI1NiJ9.e30.x')]],
  ['a good token with the user name jwt', 'rack-jwt', [basic(`jwt:${good}`)]],
  ['a good token with the user name JWT', 'rack-jwt', [basic(`JWT:${good}`)]],
  ['a good token with the user name Jwt', 'rack-jwt', [basic(`Jwt:${good}`)]],
  ['a token with a colon in front', 'malformed-token', [basic(`convox::${good}`)]],
  ['a token with a colon and more after it', 'malformed-token', [basic(`convox:${good}:x`)]],
  ['a token with a space after it', 'malformed-token', [basic(`convox:${good} `)]],
  ['an empty password', 'malformed-token', [basic('convox:')]],
  ['a password of broken UTF-8', 'malformed-token', [basic(Buffer.from([0x61, 0x3a, 0xff, 0xfe]))]],
  ["a rack's password", 'malformed-token', [basic('convox:8f3a61c2d4e5b6a7')]],
  ['a token cut short', 'malformed-token', [`Authorization: Bearer ${good.slice(0, -1)}`]],
  ['a token typed wrong', 'malformed-token', [`Authorization: Bearer ${good.slice(0, -1)}-`]],
  ['a token of another gateway', 'unknown-key', [`Authorization: Bearer ${forged}`]],
  ['an old token', 'expired-token', [`Authorization: Bearer ${old}`]],
  ['an old token by Basic', 'expired-token', [basic(`convox:${old}`)]],
  ['a header of 9 KB', 'oversized-credential', [`Authorization: Bearer ${'a'.repeat(9_000)}`]],
]

test.each(refused)(
  '%s is a 401 by the rule %s, without a lookup and without a password prompt',
  async (_, rule, headers) => {
    const { send, find } = await startGateway()
    const response = await send(...headers)
    expect(response.status).toBe(401)
    expect(JSON.parse(response.body)).toMatchObject({
      code: 'RGW_UNAUTHENTICATED',
      rule,
      error: expect.not.stringContaining('%'),
    })
    expect(response.head).not.toMatch(/www-authenticate/i)
    expect(response.body).not.toContain(good.slice(4, 20))
    expect(find).not.toHaveBeenCalled()
  },
)

test.each([
  ['an unknown token', null, 'unknown-token'],
  ['an ended session', session({ endedAt: new Date(now) }), 'ended-session'],
  ['a locked user', session({ user: user({ lockedAt: new Date(now) }) }), 'locked-user'],
])('%s is a 401 that says so, by Bearer and by Basic alike', async (_, record, rule) => {
  const { send, find } = await startGateway()
  find.mockResolvedValue(record)
  for (const header of [`Authorization: Bearer ${good}`, basic(`convox:${good}`)]) {
    const response = await send(header)
    expect(response.status).toBe(401)
    expect(response.head).not.toMatch(/www-authenticate/i)
    expect(JSON.parse(response.body)).toMatchObject({ code: 'RGW_UNAUTHENTICATED', rule })
  }
})

test('without the database, Bearer and Basic get 503', async () => {
  const { send, find } = await startGateway()
  find.mockRejectedValue(new Error('connection refused'))
  for (const header of [`Authorization: Bearer ${good}`, basic(`convox:${good}`)]) {
    const response = await send(header)
    expect(response.status).toBe(503)
    expect(JSON.parse(response.body)).toMatchObject({ code: 'RGW_AUTH_UNAVAILABLE' })
  }
})

test('concurrent callers get their own principals', async () => {
  const { send, find } = await startGateway()
  const users = Array.from({ length: 20 }, (_, index) => {
    const { token, hash } = mint.issue('session', now + hour)
    return { token, hash: hash.toString('hex'), email: `person-${index}@example.com` }
  })
  find.mockImplementation(async (hash) => {
    const person = users.find((one) => one.hash === hash.toString('hex'))
    return person ? session({ user: user({ email: person.email }) }) : null
  })
  const responses = await Promise.all(users.map((person) => send(basic(`convox:${person.token}`))))
  expect(responses.map((response) => JSON.parse(response.body).name)).toEqual(users.map((person) => person.email))
})

test('a route without authentication has no principal, even with a credential', async () => {
  const { port } = await startGateway()
  const response = await sendRaw(
    `http://127.0.0.1:${port}`,
    writeRequest('GET /open', [`Authorization: Bearer ${good}`]),
  )
  expect(JSON.parse(response.body)).toEqual({ principal: null })
})

test('the hook has a name and no dependencies', async () => {
  const { app } = await startGateway()
  expect(app.hasPlugin('@rack-gateway/auth')).toBe(true)
  expect(app.identities.stale()).toBe(false)
})
