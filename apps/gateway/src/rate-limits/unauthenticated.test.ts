import Fastify, { type FastifyInstance } from 'fastify'
import { expect, test, vi } from 'vitest'
import { rackApiAddress } from '../calls/address.ts'
import unauthenticatedLimit from './unauthenticated.ts'

const perMinute = 2

async function startApp() {
  const check = { hasToken: vi.fn(() => false), hasCookie: vi.fn(() => false) }
  const handled = vi.fn(async () => 'ok')
  const parsed = vi.fn()
  const app: FastifyInstance = Fastify()
  app.setErrorHandler(async (error: Error & { statusCode?: number }, _request, reply) =>
    reply.code(error.statusCode ?? 500).send({ ...error }),
  )
  await app.register(unauthenticatedLimit, { perMinute })
  app.decorate('signatureCheck', check)
  app.get('/check', { config: { isUnlimited: true } }, handled)
  app.addHook('preParsing', async () => parsed())
  app.post('/form', handled)
  for (const url of [rackApiAddress, '/page']) app.get(url, handled)
  app.addHook('onRequest', async (request) => {
    if (request.headers.counted !== undefined) await app.limitUnauthenticated(request)
  })
  const ask = (url: string) => app.inject({ url, method: url === '/form' ? 'POST' : 'GET' })
  async function reachLimit(url: string): Promise<void> {
    for (let count = 0; count < perMinute; count++) await app.inject({ url, headers: { counted: '1' } })
    for (const mock of [handled, parsed]) mock.mockClear()
  }
  return { app, ask, check, handled, parsed, reachLimit }
}

test('below the limit, no credential is checked', async () => {
  const { app, ask, check } = await startApp()
  await app.inject({ url: '/page', headers: { counted: '1' } })
  expect((await ask('/page')).statusCode).toBe(200)
  for (const { mock } of [check.hasToken, check.hasCookie]) expect(mock.calls).toEqual([])
})

test('above the limit, a request is denied before its body is parsed, and no handler runs', async () => {
  const { ask, handled, parsed, reachLimit } = await startApp()
  await reachLimit('/page')
  for (const url of ['/page', '/form', '/unknown']) {
    const denied = await ask(url)
    expect([denied.statusCode, denied.json()]).toEqual([
      429,
      expect.objectContaining({ rule: 'unauthenticated-limit' }),
    ])
  }
  for (const { mock } of [handled, parsed]) expect(mock.calls).toEqual([])
})

test('above the limit, health is answered, and so is a credential that can be valid', async () => {
  const { ask, check, reachLimit } = await startApp()
  await reachLimit('/page')
  expect((await ask('/check')).statusCode).toBe(200)
  expect([check.hasToken, check.hasCookie].flatMap(({ mock }) => mock.calls)).toEqual([])
  check.hasToken.mockReturnValueOnce(true)
  expect((await ask('/page')).statusCode).toBe(200)
  check.hasCookie.mockReturnValueOnce(true)
  expect((await ask('/page')).statusCode).toBe(200)
  expect((await ask('/page')).statusCode).toBe(429)
})

test('calls of the rack API have a limit of their own, and their cookies are not parsed', async () => {
  const { ask, check, reachLimit } = await startApp()
  await reachLimit(rackApiAddress)
  check.hasCookie.mockReturnValue(true)
  expect((await ask(rackApiAddress)).statusCode).toBe(429)
  expect(check.hasCookie).not.toHaveBeenCalled()
  check.hasToken.mockReturnValueOnce(true)
  expect((await ask(rackApiAddress)).statusCode).toBe(200)
  expect((await ask('/page')).statusCode).toBe(200)
})

test('requests that are not valid HTTP count for their client network, separately from others', async () => {
  const { app, ask } = await startApp()
  const isAbove = Array.from({ length: perMinute + 1 }, () => app.countMalformed('192.0.2.1'))
  expect(isAbove).toEqual([false, false, true])
  expect(app.countMalformed('192.0.2.2')).toBe(false)
  for (let count = 0; count <= perMinute; count++) app.countMalformed('127.0.0.1')
  expect((await ask('/page')).statusCode).toBe(200)
})
