import { basicAuthorizationOf } from '@rack-gateway/testing/authorization'
import fc from 'fast-check'
import Fastify from 'fastify'
import { expect, test, vi } from 'vitest'
import { createIdentities } from '../principals/identities.ts'
import { createRevision } from '../revision/revision.ts'
import * as cookies from '../sessions/cookies.ts'
import { hour, now, session } from '../testing/records.ts'
import { createTokenMint } from '../tokens/token.ts'
import auth from './plugin.ts'
import { createSignatureCheck } from './signature-check.ts'

vi.mock('../sessions/cookies.ts', { spy: true })

const mint = createTokenMint([Buffer.alloc(32, 'signature check')])
const clock = { now: () => now }
const browserSessions = { cookies: cookies.gatewayCookies('http://127.0.0.1') }
const isPlausible = vi.fn((text: string) => text === 'eyJ.good')
const check = createSignatureCheck({ mint, clock, workloads: { isPlausible }, browserSessions })
const good = mint.issue('session', now + hour).token
const forged = createTokenMint([Buffer.alloc(32, 'another gateway')]).issue('session', now + hour).token

function requestOf(...lines: readonly (readonly [name: string, value: string])[]) {
  return {
    rawHeaders: lines.flat(),
    headers: Object.fromEntries(lines.toReversed().map(([name, value]) => [name.toLowerCase(), value])),
  }
}
const hasToken = (...values: string[]) =>
  check.hasToken(requestOf(...values.map((value) => ['Authorization', value] as const)))
const hasCookie = (...values: string[]) =>
  check.hasCookie(requestOf(...values.map((value) => ['Cookie', value] as const)))
const basic = basicAuthorizationOf

test.each([
  `Bearer ${good}`,
  `bearer ${good}`,
  basic(`convox:${good}`),
  basic(`:${good}`),
  basic(`jörg:${good}`),
  'Bearer eyJ.good',
  basic('x:eyJ.good'),
])('a token that can be valid is found: %s', (value) => {
  expect(hasToken(value)).toBe(true)
})

test.each([
  '',
  'Bearer ',
  `Bearer ${good} `,
  `Bearer ${forged}`,
  `Bearer ${mint.issue('session', now).token}`,
  `Bearer ${good.slice(0, -1)}`,
  `Digest ${good}`,
  'Bearer eyJ.bad',
  basic(good.slice(1)),
  basic(`${good}:`),
  basic(`convox:${forged}`),
  `Basic ${'x'.repeat(60_000)}`,
  `Bearer ${'x'.repeat(60_000)}`,
])('a credential that no lookup would accept is not: %#', (value) => {
  expect(hasToken(value)).toBe(false)
})

test('a request without a credential, or with two, has none', () => {
  expect([hasToken(), hasCookie(), hasToken(`Bearer ${good}`, `Bearer ${good}`)]).toEqual([false, false, false])
})

test('a JWT above the length of a credential is not read', () => {
  isPlausible.mockClear()
  expect(hasToken(`Bearer eyJ${'.'.repeat(60_000)}`)).toBe(false)
  expect(isPlausible).not.toHaveBeenCalled()
})

test('a session cookie counts if it is the only one and its signature is valid', () => {
  const browser = mint.issue('browser', now + hour).token
  expect(hasCookie(`a=b; rack_gateway=${browser}`)).toBe(true)
  expect(hasCookie(`rack_gateway=${browser}; rack_gateway=x`)).toBe(false)
  expect(hasCookie(`rack_gateway=${forged}`)).toBe(false)
  expect(hasCookie(`another=${browser}`)).toBe(false)
  const withoutLogin = createSignatureCheck({ mint, clock, workloads: undefined, browserSessions: null })
  expect(withoutLogin.hasCookie(requestOf(['Cookie', `rack_gateway=${browser}`]))).toBe(false)
})

async function startAuthentication() {
  const revision = createRevision(clock)
  revision.update('1', now)
  const identities = createIdentities({ directory: { find: async () => session() }, revision, clock })
  const app = Fastify()
  await app.register(auth, { mint, identities, clock })
  app.get('/rack', { onRequest: app.authenticate }, async () => 'ok')
  return app
}

test('every header that authentication accepts passes the check', async () => {
  const app = await startAuthentication()
  const piece = fc.constantFrom('Basic ', 'basic ', 'Bearer ', ' ', ':', 'convox', 'ü', '\u00a0', good, '=', '\t')
  const text = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(''))
  const header = fc.oneof(
    text,
    text.map((inner) => basic(inner)),
    fc.constantFrom(`Bearer ${good}`, basic(`x:y:${good}`)),
  )
  await fc.assert(
    fc.asyncProperty(header, async (authorization) => {
      const { statusCode } = await app.inject({ url: '/rack', headers: { authorization } })
      if (statusCode === 200) expect(hasToken(authorization)).toBe(true)
    }),
  )
  await app.close()
})

test('authentication by token does not parse cookies, so calls of the rack API never do', async () => {
  const app = await startAuthentication()
  vi.mocked(cookies.cookieValues).mockClear()
  const headers = { authorization: `Bearer ${good}`, cookie: 'a=b; rack_gateway=x' }
  expect((await app.inject({ url: '/rack', headers })).statusCode).toBe(200)
  expect(hasToken(`Bearer ${good}`)).toBe(true)
  expect(cookies.cookieValues).not.toHaveBeenCalled()
  expect(cookies.sentCookies).not.toHaveBeenCalled()
  hasCookie('a=b')
  expect(cookies.cookieValues).toHaveBeenCalledTimes(1)
  await app.close()
})
