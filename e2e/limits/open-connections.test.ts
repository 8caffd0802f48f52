import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { connectRaw, type RawConnection } from '@rack-gateway/testing/http'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { changesApplied, type System, startSystem } from '../support/gateway/system.ts'

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
  async function open(localAddress = '127.0.0.1'): Promise<RawConnection> {
    const connection = await connectRaw(system.url, { localAddress })
    opened.push(connection)
    return connection
  }
  async function openHalf(localAddress?: string): Promise<RawConnection> {
    const connection = await open(localAddress)
    connection.send('GET /apps HTTP/1.1\r\nHost: gateway\r\nX-Half: ')
    return connection
  }
  /** A call on a connection that stays open. */
  async function call(connection: RawConnection, caller = token): Promise<string> {
    connection.send(`GET /apps? HTTP/1.1\r\nHost: gateway\r\nAuthorization: ${basicAuthorization(caller)}\r\n\r\n`)
    await connection.waitFor('\r\n\r\n')
    return connection.received
  }

  async function check(connection: RawConnection): Promise<string> {
    connection.send('GET /check HTTP/1.1\r\nHost: gateway\r\n\r\n')
    await connection.waitFor('ok\n')
    return connection.received
  }

  test('without an authenticated request are limited per client network: the longest idle one is closed', async () => {
    for (let count = 0; count < most; count++) await openHalf()
    await expect.poll(openCount).toBe(most)
    const another = await open()
    await opened[0]?.ended
    expect(opened[0]?.received).toBe('')
    expect(await call(another)).toContain('HTTP/1.1 200 OK')
    expect(opened.slice(1).filter(({ closed }) => closed)).toEqual([])
  })

  test('with a begun or answered request are closed later than those that only received header bytes', async () => {
    const answered = await open()
    const half = await openHalf()
    for (let count = 2; count < most; count++) await openHalf()
    expect(await check(answered)).toContain('HTTP/1.1 200 OK')
    half.send('more header bytes')
    await expect.poll(() => half.socket.bytesWritten).toBeGreaterThan(50)
    const another = await open()
    await half.ended
    expect(await check(another)).toContain('HTTP/1.1 200 OK')
    expect(answered.closed).toBe(false)
  })

  test('that wait for a body are not protected', async () => {
    const waiting = await open()
    waiting.send('POST /gateway/api/v1/tokens HTTP/1.1\r\nHost: gateway\r\nContent-Length: 10\r\n\r\n{')
    await waiting.waitFor('HTTP/1.1 401')
    for (let count = 0; count < most; count++) await open()
    await waiting.ended
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

  test('are limited in all: the longest idle unauthenticated one is closed, from any network', async () => {
    const other = await system.token('ops')
    for (const one of [token, other]) for (let count = 0; count < most; count++) await call(await open(), one)
    for (let count = 0; count < most; count++) await openHalf(`127.0.1.${count}`)
    await expect.poll(openCount).toBe(3 * most)
    const another = await open('127.0.2.1')
    await opened[2 * most]?.ended
    expect(await check(another)).toContain('HTTP/1.1 200 OK')
    expect(opened.filter(({ closed }) => closed)).toHaveLength(1)
    expect(await openCount()).toBe(3 * most)
  })

  test('are limited in all: one with a token that was valid before is not protected', async () => {
    const { id, token: ended } = await system.issuer.issueSession({
      email: 'ended@example.com',
      role: 'viewer',
      device: 'test',
      expiresAt: Date.now() + 3_600_000,
    })
    expect(await call(await open('127.0.9.1'), ended)).toContain('HTTP/1.1 200 OK')
    opened[0]?.socket.destroy()
    await system.issuer.endSession(id, 'lost laptop')
    await changesApplied(system)
    const thief = await open('127.0.9.2')
    expect(await call(thief, ended)).toContain('HTTP/1.1 401')
    for (let count = 1; count < 3 * most; count++) await openHalf(`127.0.10.${count}`)
    await expect.poll(openCount).toBe(3 * most)
    expect(await check(await open('127.0.11.1'))).toContain('HTTP/1.1 200 OK')
    await thief.ended
    expect(opened.slice(2).filter(({ closed }) => closed)).toEqual([])
  })

  test('are limited in all: those from a network of a principal are closed after all others', async () => {
    const authenticated = await open('127.0.6.1')
    expect(await call(authenticated)).toContain('HTTP/1.1 200 OK')
    authenticated.socket.destroy()
    await expect.poll(openCount).toBe(0)
    const [first, second] = [await openHalf('127.0.6.1'), await openHalf('127.0.7.0')]
    for (let count = 2; count < 3 * most; count++) await openHalf(`127.0.7.${count}`)
    await expect.poll(openCount).toBe(3 * most)
    expect(await check(await open('127.0.8.1'))).toContain('HTTP/1.1 200 OK')
    await second.ended
    expect(first.closed).toBe(false)
  })

  test('are limited in all: without an unauthenticated one, the new connection is closed', async () => {
    const tokens = [token, await system.token('ops'), await system.token('deployer')]
    for (const one of tokens) for (let count = 0; count < most; count++) await call(await open(), one)
    const another = await open()
    await another.ended
    expect(another.received).toBe('')
    expect(opened.slice(0, -1).filter(({ closed }) => closed)).toEqual([])
  })

  test('above the limit of a principal make room for others, also while their request is in progress', async () => {
    const authorization = `Authorization: ${basicAuthorization(await system.token('deployer'))}`
    const unfinished = [
      'POST /apps/myapp/builds? HTTP/1.1\r\nHost: gateway',
      authorization,
      'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n',
    ].join('\r\n')
    for (let count = 0; count < 3 * most; count++) {
      const connection = await open(`127.0.3.${count}`)
      connection.send(unfinished)
      await connection.waitFor('HTTP/1.1 100')
    }
    await expect.poll(openCount).toBe(3 * most)
    for (let count = 0; count < most; count++)
      expect(await check(await open(`127.0.4.${count}`))).toContain('HTTP/1.1 200 OK')
    expect(opened.filter(({ closed }) => closed)).toHaveLength(most)
  })
})

describe('many idle connections of ten addresses', () => {
  const addresses = Array.from({ length: 10 }, (_, index) => `127.0.5.${index + 1}`)
  const lines: string[] = []
  let system: System
  beforeAll(async () => {
    system = await startSystem({
      limits: { connections: 50, connectionsPerCaller: 10 },
      log: (line) => lines.push(line),
      logLevel: 'info',
    })
  })
  afterAll(() => system.stop())

  test('do not keep out /check and known principals, whose connections stay open', async () => {
    const authorization = `Authorization: ${basicAuthorization(await system.token('viewer'))}`
    const request = (path: string, ...headers: string[]) =>
      [`GET ${path} HTTP/1.1`, 'Host: gateway', ...headers, '\r\n'].join('\r\n')
    const idle: RawConnection[] = []
    async function flood(): Promise<void> {
      const sockets = addresses.flatMap((localAddress) =>
        Array.from({ length: 12 }, () => connectRaw(system.url, { localAddress })),
      )
      idle.push(...(await Promise.all(sockets)))
    }
    await flood()
    const known = await connectRaw(system.url, { localAddress: '127.0.5.1' })
    known.send(request('/apps?', authorization))
    expect((await known.nextMessage()).startLine).toBe('HTTP/1.1 200 OK')
    for (let round = 0; round < 3; round++) {
      await flood()
      const health = await connectRaw(system.url, { localAddress: '127.0.6.1' })
      health.send(request('/check'))
      expect((await health.nextMessage()).startLine).toBe('HTTP/1.1 200 OK')
      health.end()
      known.send(request('/apps?', authorization))
      expect((await known.nextMessage()).startLine).toBe('HTTP/1.1 200 OK')
      const other = await connectRaw(system.url, { localAddress: addresses[round] ?? '' })
      other.send(request('/apps?', authorization))
      expect((await other.nextMessage()).startLine).toBe('HTTP/1.1 200 OK')
      idle.push(other)
    }
    const closed = lines.filter((line) => line.includes('connection.closed')).map((line) => JSON.parse(line))
    expect(closed.length).toBeGreaterThan(0)
    expect(closed.length).toBeLessThan(10)
    for (const { socket } of [...idle, known]) socket.destroy()
  })
})

test('connections of a trusted proxy count in all, and are not closed for others', async () => {
  const system = await startSystem({
    trustedProxies: ['127.0.7.0/24'],
    limits: { connections: 2 * most, connectionsPerCaller: 2 },
  })
  onTestFinished(() => system.stop())
  const open = (localAddress: string) => connectRaw(system.url, { localAddress })
  const ofProxy = await Promise.all(Array.from({ length: 2 * most - 1 }, () => open('127.0.7.1')))
  const client = await open('127.0.8.1')
  const second = await open('127.0.9.1')
  await client.ended
  const another = await open('127.0.7.2')
  await second.ended
  const refused = await open('127.0.8.1')
  await refused.ended
  for (const connection of [...ofProxy, another]) {
    connection.send('GET /check HTTP/1.1\r\nHost: gateway\r\n\r\n')
    expect((await connection.nextMessage()).startLine).toBe('HTTP/1.1 200 OK')
    connection.end()
  }
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
