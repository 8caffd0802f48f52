import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import Fastify from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { closeResetConnections } from './close-reset-connections.ts'

test('a connection that its client reset is closed, although nothing is read from it', async () => {
  const app = Fastify()
  onTestFinished(() => app.close())
  const sockets = new Set<Socket>()
  const server = createServer({ pauseOnConnect: true }, (socket) => sockets.add(socket)).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const clients = Array.from({ length: 600 }, () => connect(port, '127.0.0.1'))
  await expect.poll(() => sockets.size).toBe(600)
  const [kept, ...gone] = [...sockets]
  onTestFinished(() => void kept?.destroy())
  const closed = gone.map((socket) => once(socket, 'close'))
  const ports = new Set(gone.map(({ remotePort }) => remotePort))
  for (const client of clients) if (ports.has(client.localPort)) client.resetAndDestroy()
  closeResetConnections(app, { sockets: () => sockets })
  await Promise.all(closed)
  expect(kept?.destroyed).toBe(false)
})
