import { createServer, type Socket } from 'node:net'
import { listen } from '@rack-gateway/testing/server'
import { expect, onTestFinished, test } from 'vitest'
import { type ConnectionPoolOptions, openConnections } from './connection-pool.ts'
import { canUseLoopbackAddresses, loopbackAddress } from './networks.ts'

async function openPool(onConnection: (socket: Socket) => void, options: Omit<ConnectionPoolOptions, 'url'>) {
  const server = await listen(createServer(onConnection))
  const pool = openConnections({ url: server.url, ...options })
  onTestFinished(async () => {
    pool.stop()
    await server.close()
  })
  return { pool, server }
}

test('connections come from their addresses', async ({ skip }) => {
  if (!(await canUseLoopbackAddresses())) skip()
  const addresses = new Set<string | undefined>()
  await openPool((socket) => void addresses.add(socket.remoteAddress), {
    count: 6,
    addressOf: (index) => loopbackAddress(index % 3),
    rampUp: 5,
    onOpen: () => undefined,
  })
  await expect.poll(() => [...addresses].sort()).toEqual(['127.0.1.1', '127.0.1.2', '127.0.1.3'])
})

test('a connection that ends is opened again, and each response is counted', async () => {
  const { pool } = await openPool((socket) => socket.end('HTTP/1.1 503 Busy\r\n\r\n'), {
    count: 1,
    reopenAfter: 1,
    onOpen: () => undefined,
  })
  await expect.poll(() => pool.statuses.get('503')).toBeGreaterThan(2)
})

test('after the stop, no connection is open and none is opened again', async () => {
  const { pool, server } = await openPool(() => undefined, { count: 3, reopenAfter: 0, onOpen: () => undefined })
  await expect.poll(() => server.connections.size).toBe(3)
  pool.stop()
  await expect.poll(() => server.connections.size).toBe(0)
})
