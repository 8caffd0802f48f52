import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { connectRaw } from '@rack-gateway/testing/http'
import { expect, onTestFinished, test } from 'vitest'
import { type IncomingConnection, isReset, receiveConnections } from './incoming-connections.ts'

/** The built module, because a child process takes several times as long to start from TypeScript. */
const { addHandles, backlog }: typeof import('./more-handles.ts') = await import(
  new URL('../../dist-modules/listening/more-handles.js', import.meta.url).href
)

function makeSocket(connection: IncomingConnection): void {
  connection.makeSocket()
}

async function listen(backlog?: number): Promise<{ server: Server; port: number; url: string }> {
  const server = createServer((request, response) => request.on('end', () => response.end('ok')).resume())
  server.listen(0, '127.0.0.1', backlog)
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { server, port, url: `http://127.0.0.1:${port}` }
}

/** The most connections that the server accepts in one turn of the event loop. */
async function mostInOneTurn({ server, port }: { server: Server; port: number }): Promise<number> {
  let accepted = 0
  server.on('connection', () => accepted++)
  const sockets: Socket[] = Array.from({ length: 100 }, () => connect(port, '127.0.0.1'))
  onTestFinished(() => sockets.forEach((socket) => void socket.destroy()))
  let most = 0
  while (accepted < sockets.length) {
    const before = accepted
    await nextTurn()
    most = Math.max(most, accepted - before)
  }
  return most
}

test('with more handles, many connections are accepted in one turn of the event loop', async () => {
  const one = await listen()
  expect(await mostInOneTurn(one)).toBe(1)
  const many = await listen()
  await addHandles(many.server, makeSocket)
  expect(await mostInOneTurn(many)).toBeGreaterThan(8)
})

test('after the server was closed, no handle accepts a connection, and those in use were awaited', async () => {
  const { server, port, url } = await listen()
  await addHandles(server, makeSocket)
  let requests = 0
  server.on('request', () => requests++)
  const connections = await Promise.all(Array.from({ length: 40 }, () => connectRaw(url)))
  for (const connection of connections) connection.send('POST / HTTP/1.1\r\nHost: gateway\r\nContent-Length: 1\r\n\r\n')
  await expect.poll(() => requests).toBe(40)
  let isClosed = false
  const closed = new Promise<void>((resolve) =>
    server.close(() => {
      isClosed = true
      resolve()
    }),
  )
  const [last, ...others] = connections
  for (const connection of others) connection.send('x')
  await Promise.all(others.map((connection) => connection.waitFor('ok')))
  expect(isClosed).toBe(false)
  last?.send('x')
  await last?.waitFor('ok')
  server.closeIdleConnections()
  await closed
  const [error] = await once(connect(port, '127.0.0.1'), 'error')
  expect(error).toMatchObject({ code: 'ECONNREFUSED' })
})

test('a connection is received before a socket is made for it, on every handle', async () => {
  const { server, port } = await listen()
  const received: IncomingConnection[] = []
  let connections = 0
  server.on('connection', () => connections++)
  function receive(connection: IncomingConnection): void {
    received.push(connection)
    if (received.length <= 100) connection.close()
  }
  receiveConnections(server, receive)
  await addHandles(server, receive)
  const sockets = Array.from({ length: 100 }, () => connect(port, '127.0.0.1'))
  await Promise.all(sockets.map((socket) => once(socket.on('error', () => {}).resume(), 'close')))
  expect(new Set(received.map(({ address }) => address))).toEqual(new Set(['127.0.0.1']))
  expect(received).toHaveLength(100)
  const later = connect(port, '127.0.0.1')
  onTestFinished(() => void later.destroy())
  await expect.poll(() => received).toHaveLength(101)
  expect(connections).toBe(0)
  received.at(-1)?.makeSocket()
  expect(connections).toBe(1)
})

test('a connection that was reset is known before and after a socket is made for it, while nothing is read', async () => {
  const { server, port } = await listen()
  const received: IncomingConnection[] = []
  const accepted: Socket[] = []
  server.on('connection', (socket) => accepted.push(socket.pause()))
  receiveConnections(server, (connection) => received.push(connection))
  const clients = Array.from({ length: 2 }, () => connect(port, '127.0.0.1'))
  await expect.poll(() => received).toHaveLength(2)
  received[0]?.makeSocket()
  expect([accepted.map(isReset), received[1]?.isReset()]).toEqual([[false], false])
  for (const client of clients) client.resetAndDestroy()
  await expect.poll(() => [accepted.map(isReset), received[1]?.isReset()]).toEqual([[true], true])
  received[1]?.close()
})

test('with more handles, the queue of the kernel has its length', async () => {
  const { server, port } = await listen(backlog)
  await addHandles(server, makeSocket)
  let accepted = 0
  server.on('connection', () => accepted++)
  const sockets: Socket[] = Array.from({ length: 1_000 }, () => connect(port, '127.0.0.1'))
  onTestFinished(() => sockets.forEach((socket) => void socket.destroy()))
  // If the kernel drops a connection, the next attempt comes a second later.
  for (let turn = 0; turn < 500 && accepted < sockets.length; turn++) await nextTurn()
  expect(accepted).toBe(sockets.length)
})

test('a server that does not listen has no handles to add', async () => {
  await expect(addHandles(createServer(), makeSocket)).rejects.toThrow('does not listen')
})
