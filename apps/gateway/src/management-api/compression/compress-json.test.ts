import { randomBytes } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { expect, test, vi } from 'vitest'
import { compressJson } from './compress-json.ts'

vi.mock('../../resource-account/plugin.ts', () => ({ payerOf: () => ({}) }))

function compress(body: Buffer, accepted = 'gzip') {
  const charge = vi.fn()
  const header = vi.fn()
  const request = { headers: { 'accept-encoding': accepted } } as unknown as FastifyRequest
  const app = { costs: { charge } } as unknown as FastifyInstance
  return { charge, header, sent: compressJson(app, request, { header } as unknown as FastifyReply, body) }
}

test('the caller pays for the compression', async () => {
  const body = Buffer.alloc(100 * 1_024, 'a')
  const { charge, header, sent } = compress(body)
  expect(gunzipSync(await sent).equals(body)).toBe(true)
  expect(header.mock.calls).toEqual([['content-encoding', 'gzip']])
  expect(charge.mock.calls).toEqual([[{}, expect.closeTo(1)]])
})

test.each([
  ['a short body', Buffer.alloc(1_023, 'a'), 'gzip'],
  ['a body that the client does not accept compressed', Buffer.alloc(2_000, 'a'), 'br'],
])('%s is sent as it is, at no cost', async (_what, body, accepted) => {
  const { charge, header, sent } = compress(body, accepted)
  expect(await sent).toBe(body)
  expect([charge.mock.calls, header.mock.calls]).toEqual([[], []])
})

test('only 4 MiB are compressed at the same time, and all more is sent as it is', async () => {
  const body = randomBytes(3 * 1_024 * 1_024)
  const [first, second] = [compress(body), compress(body)]
  expect(await second.sent).toBe(body)
  expect(second.header).not.toHaveBeenCalled()
  expect(gunzipSync(await first.sent).equals(body)).toBe(true)
  expect(gunzipSync(await compress(body).sent).equals(body)).toBe(true)
})
