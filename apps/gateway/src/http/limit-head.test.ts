import Fastify from 'fastify'
import { expect, test, vi } from 'vitest'
import { largeTargetAddress, limitHead, targetFault } from './limit-head.ts'

async function startApp() {
  const parseQuery = vi.fn((query: string) => ({ query }))
  const app = Fastify({
    routerOptions: { querystringParser: parseQuery },
    trustProxy: '127.0.0.1',
    rewriteUrl: ({ url = '' }) => (targetFault(url) === null ? url : largeTargetAddress),
  })
  const asked: unknown[] = []
  app.setErrorHandler(async (error: Error & { statusCode?: number; rule?: string }, { ip, headers }, reply) =>
    reply.code(error.statusCode ?? 500).send({ rule: error.rule, ip, forwarded: headers['x-forwarded-for'] }),
  )
  limitHead(app)
  app.addHook('onRequest', async ({ query }) => void asked.push(query))
  app.get('/*', async () => ({ rule: null }))
  const ask = async (headers: Record<string, string | string[]>, url = '/x') => {
    const response = await app.inject({ url, headers })
    return { status: response.statusCode, ...response.json<{ rule: string | null; ip?: string }>() }
  }
  return { ask, asked, parseQuery }
}

const cookies = (count: number) => Array.from({ length: count }, () => 'a=b').join('; ')

test.each<[string, Record<string, string | string[]>, string?]>([
  ['64 cookies', { cookie: cookies(64) }],
  ['8 KiB of cookies', { cookie: 'x'.repeat(8_192) }],
  ['32 addresses', { 'x-forwarded-for': Array(32).fill('127.0.0.1').join(',') }],
  ['2 KiB of X-Forwarded-For', { 'x-forwarded-for': 'x'.repeat(2_048) }],
  ['1 KiB of Connection', { connection: 'a,'.repeat(512) }],
  ['512 parameters', {}, `/x?${'a&'.repeat(511)}a`],
  ['a path of 2 KiB', {}, `/${'x'.repeat(2_047)}`],
  ['a target of 8 KiB', {}, `/?${'x'.repeat(8_190)}`],
])('%s are allowed', async (_what, headers, url) => {
  const { ask } = await startApp()
  expect(await ask(headers, url)).toEqual({ status: 200, rule: null })
})

test.each<[string, Record<string, string | string[]>, string | undefined, number, string]>([
  ['65 cookies', { cookie: cookies(65) }, undefined, 431, 'cookie-size'],
  ['65 cookies without values', { cookie: ';'.repeat(64) }, undefined, 431, 'cookie-size'],
  ['more than 8 KiB of cookies', { cookie: 'x'.repeat(8_193) }, undefined, 431, 'cookie-size'],
  ['33 addresses', { 'x-forwarded-for': Array(33).fill('127.0.0.1').join(',') }, undefined, 431, 'forwarded-size'],
  ['more than 2 KiB of X-Forwarded-For', { 'x-forwarded-for': 'x'.repeat(2_049) }, undefined, 431, 'forwarded-size'],
  ['more than 1 KiB of Connection', { connection: 'a,'.repeat(513) }, undefined, 431, 'connection-size'],
  ['513 parameters', {}, `/x?${'&'.repeat(512)}`, 400, 'query-parameters'],
  ['a path above 2 KiB', {}, `/${'x'.repeat(2_048)}`, 400, 'target-too-long'],
  ['a target above 8 KiB', {}, `/?${'x'.repeat(8_191)}`, 400, 'target-too-long'],
  ['an unknown address', { cookie: cookies(65) }, '/unknown', 431, 'cookie-size'],
])('%s are rejected before anything else', async (_what, headers, url, status, rule) => {
  const { ask, asked } = await startApp()
  expect(await ask(headers, url)).toMatchObject({ status, rule })
  expect(asked).toEqual([])
})

test('a query above a limit is not parsed', async () => {
  const { ask, parseQuery } = await startApp()
  await ask({}, `/x?${'a=b&'.repeat(600)}`)
  expect(parseQuery.mock.calls.flat().join('')).toBe('')
  await ask({}, '/x?a=b')
  expect(parseQuery).toHaveBeenLastCalledWith('a=b')
})

test('X-Forwarded-For above a limit is denied for the address that the nearest proxy added', async () => {
  const { ask } = await startApp()
  const forged = Array(10_000).fill('127.0.0.1').join(',')
  const denied = { status: 431, ip: '203.0.113.7', forwarded: '203.0.113.7' }
  expect(await ask({ 'x-forwarded-for': `${forged},203.0.113.7` })).toMatchObject(denied)
})
