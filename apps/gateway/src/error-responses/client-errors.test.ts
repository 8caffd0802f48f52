import { Socket } from 'node:net'
import Fastify, { type FastifyInstance } from 'fastify'
import { expect, test, vi } from 'vitest'
import { createCostAccount } from '../resource-account/cost-account.ts'
import { networkPayer } from '../resource-account/payer.ts'
import { handleClientError } from './client-errors.ts'

const address = '192.0.2.1'

function start() {
  const countDenial = vi.fn()
  const countMalformed = vi.fn((_address: string) => false)
  const costs = createCostAccount()
  const app: FastifyInstance = Object.assign(Fastify(), {
    audit: { countDenial },
    policy: { hash: 'hash' },
    costs,
    countMalformed,
  } as never)
  return { app, countDenial, countMalformed, costs }
}

function reject(app: FastifyInstance): { socket: Socket; text: () => string } {
  const socket = new Socket()
  let text = ''
  Object.defineProperty(socket, 'remoteAddress', { value: address })
  socket.end = (chunk: unknown) => {
    text += String(chunk)
    return socket
  }
  Object.defineProperty(socket, 'writable', { value: true })
  handleClientError(app, Object.assign(new Error('Parse Error'), { code: 'HPE_INVALID_METHOD' }), socket, 1_000)
  return { socket, text: () => text }
}

test('a request that is not valid HTTP is answered, counted, and paid by its client network', () => {
  const { app, countDenial, countMalformed, costs } = start()
  const { socket, text } = reject(app)
  expect(text()).toMatch(/^HTTP\/1\.1 400 .*"rule":"http-framing"/s)
  expect(socket.destroyed).toBe(false)
  expect(countDenial).toHaveBeenCalledWith(expect.objectContaining({ address, rule: 'http-framing' }))
  expect(countMalformed).toHaveBeenCalledWith(address)
  expect(costs.sumOf(networkPayer(address))).toBeGreaterThan(0)
})

test('above the limit of its client network, the connection is closed without a response', () => {
  const { app, countDenial, countMalformed } = start()
  countMalformed.mockReturnValue(true)
  const { socket, text } = reject(app)
  expect([socket.destroyed, text()]).toEqual([true, ''])
  expect(countDenial).toHaveBeenCalledOnce()
})
