import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { connectRaw, type RawConnection } from '@rack-gateway/testing/http'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type System, startSystem } from './support/system.ts'

const most = 4

describe('open connections', () => {
  let system: System
  let token: string
  const opened: RawConnection[] = []
  beforeAll(async () => {
    system = await startSystem({ limits: { connectionsPerCaller: most, connections: 3 * most } })
    token = await system.token('viewer')
  })
  afterEach(async () => {
    for (const { socket } of opened.splice(0)) socket.destroy()
    await expect.poll(openCount).toBe(0)
  })
  afterAll(() => system.stop())

  const openCount = () => new Promise((resolve) => system.app.server.getConnections((_error, count) => resolve(count)))
  async function open(): Promise<RawConnection> {
    const connection = await connectRaw(system.url)
    opened.push(connection)
    return connection
  }
  async function openHalf(): Promise<RawConnection> {
    const connection = await open()
    connection.send('GET /apps HTTP/1.1\r\nHost: gateway\r\nX-Half: ')
    return connection
  }
  /** A call on a connection that stays open. */
  async function call(connection: RawConnection, caller = token): Promise<string> {
    connection.send(`GET /apps? HTTP/1.1\r\nHost: gateway\r\nAuthorization: ${basicAuthorization(caller)}\r\n\r\n`)
    await connection.waitFor('\r\n\r\n')
    return connection.received
  }

  test('without an authenticated request are limited per client network', async () => {
    for (let count = 0; count < most; count++) await openHalf()
    await expect.poll(openCount).toBe(most)
    const another = await open()
    await another.ended
    expect(another.received).toBe('')
    opened[0]?.socket.destroy()
    await expect.poll(openCount).toBe(most - 1)
    expect(await call(await open())).toContain('HTTP/1.1 200 OK')
  })

  test('with an authenticated request do not count for their client network', async () => {
    for (let count = 0; count < most; count++) expect(await call(await open())).toContain('HTTP/1.1 200 OK')
    for (let count = 0; count < most; count++) await openHalf()
    await expect.poll(openCount).toBe(2 * most)
  })

  test('above the limit of a principal are closed after their response', async () => {
    for (let count = 0; count < most; count++) expect(await call(await open())).not.toMatch(/^connection: close/im)
    const another = await open()
    expect(await call(another)).toMatch(/^connection: close/im)
    await another.ended
    expect(another.received).toContain('HTTP/1.1 200 OK')
  })

  test('above the limit of a principal carry out no further request, also if the body of the first one ends later', async () => {
    for (let count = 0; count < most; count++) await call(await open())
    const another = await open()
    const authorization = `Authorization: ${basicAuthorization(token)}`
    another.send(
      `POST /apps/myapp/objects/tmp/x.tgz HTTP/1.1\r\nHost: gateway\r\n${authorization}\r\nContent-Length: 200000\r\n\r\n`,
    )
    await another.waitFor('RGW_')
    expect(another.received).toMatch(/^connection: close/im)
    another.send('x'.repeat(200_000))
    another.send(`GET /apps/never-asked? HTTP/1.1\r\nHost: gateway\r\n${authorization}\r\n\r\n`)
    await another.ended
    expect(another.received.match(/HTTP\/1\.1 \d+/g)).toHaveLength(1)
    expect((await system.events()).filter(({ app }) => app === 'never-asked')).toEqual([])
  })

  test('are limited in all', async () => {
    const other = await system.token('ops')
    for (const one of [token, other]) for (let count = 0; count < most; count++) await call(await open(), one)
    for (let count = 0; count < most; count++) await openHalf()
    await expect.poll(openCount).toBe(3 * most)
    const another = await open()
    await another.ended
    expect(another.received).toBe('')
  })
})

test('connections without a complete head do not delay the stop', async () => {
  const system = await startSystem({ limits: { requestTimeout: 600_000 } })
  const silent = await connectRaw(system.url)
  const half = await connectRaw(system.url)
  half.send('GET /apps HTTP/1.1\r\nHost: gateway\r\nX-Half: ')
  await expect.poll(() => half.socket.bytesWritten).toBeGreaterThan(0)
  await system.stop()
  await Promise.all([silent.ended, half.ended])
})
