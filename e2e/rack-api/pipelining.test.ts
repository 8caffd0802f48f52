import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { connectRaw } from '@rack-gateway/testing/http'
import { waitUntilStable } from '@rack-gateway/testing/wait-until-stable'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type System, startSystem } from '../support/gateway/system.ts'

const limits = { callsPerConnection: 4 }
const count = 1_000
/** What the gateway reads from a connection at once. */
const readAtOnce = 64 * 1024

describe('requests that are pipelined on one connection', () => {
  let system: System
  let token: string
  let parsed = 0
  const note = () => {
    parsed += 1
  }
  beforeAll(async () => {
    system = await startSystem({ limits })
    token = await system.token('viewer')
    system.app.server.on('request', note)
  })
  afterEach(() => {
    parsed = 0
    system.rack.clearReceived()
  })
  afterAll(() => system.stop())

  const get = (path: string, connection = 'keep-alive') =>
    `GET ${path} HTTP/1.1\r\nHost: gateway\r\nConnection: ${connection}\r\nAuthorization: ${basicAuthorization(token)}\r\n\r\n`
  const mostParsed = limits.callsPerConnection + Math.ceil(readAtOnce / get('/apps?').length) + 1
  const openConnections = () =>
    new Promise((resolve) => system.app.server.getConnections((_error, open) => resolve(open)))

  test('are read only as they are answered: few reach the rack, and the rest stays in the connection', async () => {
    const hang = system.rack.failNext(/GET \/apps\/myapp\/services/, { kind: 'hang' })
    const connection = await connectRaw(system.url)
    connection.send(get('/apps/myapp/services') + get('/apps?').repeat(count - 1) + get('/apps?', 'close'))
    await hang.reached
    await waitUntilStable(() => parsed)
    expect(system.rack.received.length).toBeLessThanOrEqual(limits.callsPerConnection)
    expect(parsed).toBeLessThanOrEqual(mostParsed)
    hang.release()
    expect(await connection.ended).toBe('end')
    expect(connection.received.split('HTTP/1.1 200 OK').length - 1).toBe(count + 1)
  })

  test('are forgotten when their connection ends', async () => {
    const hang = system.rack.failNext(/GET \/apps\/myapp\/services/, { kind: 'hang' })
    const connection = await connectRaw(system.url)
    connection.send(get('/apps/myapp/services') + get('/apps/myapp').repeat(count))
    await hang.reached
    await waitUntilStable(() => parsed)
    connection.socket.resetAndDestroy()
    hang.release()
    await expect.poll(() => openConnections()).toBe(0)
    expect(system.rack.received.length).toBeLessThanOrEqual(2 * limits.callsPerConnection)
    expect(parsed).toBeLessThanOrEqual(mostParsed)
  })

  test('have no other limit than those on other connections: each connection has its own', async () => {
    const hang = system.rack.failNext(/GET \/apps\/myapp\/services/, { kind: 'hang' })
    const connection = await connectRaw(system.url)
    connection.send(get('/apps/myapp/services') + get('/apps?').repeat(limits.callsPerConnection))
    await hang.reached
    expect((await system.get('/apps?', token)).status).toBe(200)
    hang.release()
    connection.end()
  })
})
