import { once } from 'node:events'
import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { connectRaw, type RawConnection, readResponse } from '@rack-gateway/testing/http'
import { openRawWebSocket, openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { changesApplied, type System, startSystem } from '../support/gateway/system.ts'

const limits = {
  callsPerPrincipal: 3,
  callsPerRack: 5,
  transfersPerPrincipal: 3,
  transfersPerRack: 5,
  websocketsPerPrincipal: 2,
}

/** A flood of one caller does not affect the others. */
describe('the limits of calls in progress', () => {
  let system: System
  let admin: string
  let deployer: string
  let ci: string
  const connections: RawConnection[] = []
  const hangs: { release: () => void }[] = []
  beforeAll(async () => {
    system = await startSystem({ limits })
    admin = await system.token('admin')
    deployer = await system.token('deployer')
    ci = await system.pipelineToken()
  })
  afterEach(async () => {
    for (const hang of hangs.splice(0)) hang.release()
    const sockets = connections.splice(0).map(({ socket }) => socket)
    for (const socket of sockets) socket.destroy()
    await expect.poll(async () => (await system.get('/apps?', ci)).status).toBe(200)
  })
  afterAll(() => system.stop())

  async function open(text: string): Promise<RawConnection> {
    const connection = await connectRaw(system.url)
    connections.push(connection)
    connection.send(text)
    return connection
  }
  const head = (line: string, token: string, ...headers: string[]) =>
    `${[`${line} HTTP/1.1`, 'Host: gateway', `Authorization: ${basicAuthorization(token)}`, ...headers].join('\r\n')}\r\n\r\n`
  const get = (path: string, token: string) => head(`GET ${path}`, token)

  let uploads = 0
  /** An upload of which one byte comes, and then nothing. */
  function stalledUpload(token = ci): Promise<RawConnection> {
    uploads += 1
    return open(`${head(`POST /apps/myapp/objects/tmp/${uploads}.tgz`, token, 'Content-Length: 1000000')}x`)
  }
  /** A call that the rack answers when the test is over. */
  async function hangingCall(token: string): Promise<RawConnection> {
    const hang = system.rack.failNext(/GET \/apps\/myapp\/services/, { kind: 'hang' })
    hangs.push(hang)
    const connection = await open(get('/apps/myapp/services', token))
    await hang.reached
    return connection
  }
  const repeat = async (times: number, begin: () => Promise<RawConnection>) => {
    const begun: RawConnection[] = []
    while (begun.length < times) begun.push(await begin())
    return begun
  }
  async function events(path: string, kind: string): Promise<number> {
    return (await system.events()).filter((event) => event.kind === kind && event.path?.startsWith(path)).length
  }
  /** Waits until so many stalled uploads have reached the rack, whose intents are durable then. */
  async function uploaded(count: number, before: number): Promise<void> {
    await expect.poll(() => events('/apps/myapp/objects/', 'intent')).toBe(before + count)
  }
  const refusedAsTooMany = expect.objectContaining({
    status: 503,
    json: expect.objectContaining({ code: 'RGW_TOO_MANY_CALLS', rule: 'call-limit' }),
  })

  test('an upload that breaks off while it waits is recorded as aborted, and the gateway continues', async () => {
    const before = await events('/apps/myapp/objects/', 'intent')
    await repeat(limits.transfersPerPrincipal, () => stalledUpload())
    await uploaded(3, before)
    const waiting = await stalledUpload()
    const path = `/apps/myapp/objects/tmp/${uploads}.tgz`
    waiting.socket.resetAndDestroy()
    await expect
      .poll(async () => (await system.events()).filter((event) => event.path === path))
      .toMatchObject([{ status: 499 }])
    expect((await system.get('/apps?', ci)).status).toBe(200)
    await uploaded(3, before)
  })

  test('stalled uploads leave room for the calls of their own caller, and for the uploads of other callers', async () => {
    const before = await events('/apps/myapp/objects/', 'intent')
    await repeat(2 * limits.transfersPerPrincipal, () => stalledUpload())
    await uploaded(3, before)
    expect((await system.get('/apps?', ci)).status).toBe(200)
    expect((await system.get('/apps?', deployer)).status).toBe(200)
    expect((await system.send('POST', '/apps/myapp/objects/tmp/other.tgz', deployer, 'abc')).status).toBe(200)
    const refused = await readResponse(await stalledUpload())
    expect(refused).toEqual(refusedAsTooMany)
    expect(refused.head).toMatch(/\r\nretry-after: 5\r\n/i)
    expect(refused.error).toContain('You already have 3 uploads and downloads in progress on the rack staging')
  })

  test('calls that the rack does not answer leave room for others, and a waiting call starts when one of them ends', async () => {
    const [first] = await repeat(limits.callsPerPrincipal, () => hangingCall(ci))
    system.rack.clearReceived()
    const waiting = await open(get('/apps/myapp', ci))
    expect((await system.get('/apps?', deployer)).status).toBe(200)
    expect(system.rack.received.filter(({ target }) => target === '/apps/myapp')).toEqual([])
    first?.end()
    expect((await readResponse(waiting)).status).toBe(200)
  })

  test('as many calls wait as can be in progress; one more gets 503 after a second, and ends its connection', async () => {
    await repeat(limits.callsPerPrincipal, () => hangingCall(ci))
    await repeat(limits.callsPerPrincipal, () => open(get('/apps/myapp', ci)))
    const pipelining = await open(get('/apps/myapp', ci).repeat(20))
    await pipelining.ended
    expect(pipelining.received.match(/HTTP\/1\.1 503/g)).toHaveLength(1)
    expect(await readResponse(await open(get('/apps/myapp', ci)))).toEqual(refusedAsTooMany)
    expect((await system.get('/apps?', deployer)).status).toBe(200)
  })

  test.each([
    ['ends', (connection: RawConnection) => connection.end()],
    ['is reset', (connection: RawConnection) => void connection.socket.resetAndDestroy()],
  ])('pipelined requests free their slots when the connection %s', async (_how, leave) => {
    const hang = system.rack.failNext(/GET \/apps\/myapp\/services/, { kind: 'hang' })
    hangs.push(hang)
    const connection = await open(
      get('/apps/myapp/services', ci) + get('/apps/myapp', ci) + get('/apps/myapp', ci) + get('/apps/myapp', ci),
    )
    await hang.reached
    leave(connection)
    expect(await Promise.all([1, 2, 3].map(async () => (await system.get('/apps?', ci)).status))).toEqual([
      200, 200, 200,
    ])
  })

  test('a caller that loses its session while its call waits is denied, and the rack receives no request', async () => {
    const session = await system.issuer.issueSession({
      email: 'leaving@example.com',
      role: 'admin',
      device: 'test',
      expiresAt: Date.now() + 3_600_000,
    })
    const [first] = await repeat(limits.callsPerPrincipal, () => hangingCall(session.token))
    system.rack.clearReceived()
    const waiting = await open(get('/apps/myapp', session.token))
    await system.issuer.endSession(session.id, 'test')
    await changesApplied(system)
    first?.end()
    expect((await readResponse(waiting)).status).toBe(401)
    expect(system.rack.received).toEqual([])
  })

  test('large forms of one caller are read within its memory, and another one is read when one of them ends', async () => {
    const length = 4 * 1024 * 1024
    const form = [
      'Content-Type: application/x-www-form-urlencoded',
      `Content-Length: ${length}`,
      'Expect: 100-continue',
    ]
    const forms = await repeat(3, () => open(head('PUT /apps/myapp', admin, ...form)))
    const read = () => forms.filter(({ received }) => received.startsWith('HTTP/1.1 100 Continue'))
    await expect.poll(() => read().length).toBe(1)
    expect((await system.send('PUT', '/apps/myapp?', deployer, 'lock=false', form.slice(0, 1))).status).toBe(200)
    expect(read()).toHaveLength(1)
    read()[0]?.end()
    await expect.poll(() => read().length).toBe(2)
  })

  test('WebSockets have a limit of their own, do not count as calls, and free their slots when they end', async () => {
    const logs = () => openWebSocket(`${system.url}/apps/myapp/logs`, admin, {})
    const [first, second] = [await logs(), await logs()]
    expect([first.status, second.status]).toEqual([101, 101])
    const third = await logs()
    expect([third.status, JSON.parse(third.error)]).toEqual([
      503,
      expect.objectContaining({ code: 'RGW_TOO_MANY_CALLS', reason: expect.stringContaining('WebSockets') }),
    ])
    await repeat(limits.callsPerPrincipal, () => hangingCall(admin))
    first.close()
    await expect
      .poll(async () => {
        const again = await logs()
        again.close()
        return again.status
      })
      .toBe(101)
    second.close()
  })
})

test('a large form above the memory of its caller gets 503 with Retry-After before it is read, and other callers continue', async () => {
  const { callsPerPrincipal } = limits
  const system = await startSystem({ rackNames: ['staging', 'production'], limits })
  const forms: RawConnection[] = []
  try {
    const [admin, deployer] = [await system.token('admin'), await system.token('deployer')]
    const head = (rack: string) =>
      [
        `PUT /rack/${rack}/apps/myapp HTTP/1.1`,
        'Host: gateway',
        `Authorization: ${basicAuthorization(admin)}`,
        'Content-Type: application/x-www-form-urlencoded',
        `Content-Length: ${4 * 1024 * 1024}`,
        'Expect: 100-continue',
        '\r\n',
      ].join('\r\n')
    const begin = async (rack: string) => {
      const form = await connectRaw(system.url)
      forms.push(form)
      form.send(head(rack))
      return form
    }
    const read = () => forms.filter(({ received }) => received.startsWith('HTTP/1.1 100 Continue'))
    for (let count = 0; count < callsPerPrincipal; count++) await begin('staging')
    await expect.poll(() => read().length).toBe(1)
    // Two forms wait for memory. These wait behind them, until as many wait as can be in progress.
    for (let count = 0; count < callsPerPrincipal; count++) await begin('production')
    const refused = () => forms.filter(({ received }) => received.startsWith('HTTP/1.1 503'))
    await expect.poll(() => refused().length).toBe(2)
    // The last forms, and not those that have waited longest.
    expect(refused().map((form) => forms.indexOf(form) >= callsPerPrincipal)).toEqual([true, true])
    const [response] = await Promise.all(refused().map((form) => readResponse(form)))
    expect(response?.json).toMatchObject({ code: 'RGW_TOO_MANY_CALLS', rule: 'call-limit' })
    expect(response?.head).toMatch(/\r\nretry-after: 5\r\n/i)
    expect(response?.error).toContain(
      'The gateway already has as many request bodies in memory as its limit allows for one caller.',
    )
    expect(read()).toHaveLength(1)
    expect((await system.get('/rack/production/apps?', deployer)).status).toBe(200)
  } finally {
    for (const { socket } of forms) socket.destroy()
    await system.stop()
  }
})

test('WebSockets that are reset free their slots', async () => {
  const system = await startSystem({ limits })
  try {
    const token = await system.token('admin')
    for (let round = 0; round < 2 * limits.websocketsPerPrincipal; round++) {
      const connection = once(system.app.server, 'connection')
      const client = await openRawWebSocket({ port: system.port, token }, '/apps/myapp/logs')
      const [accepted] = await connection
      const brokeOff = new Promise((resolve) => accepted.once('close', resolve))
      client.resetAndDestroy()
      expect(await brokeOff).toBe(true)
    }
  } finally {
    await system.stop()
  }
})

test('a stalled form is aborted, and its caller gets the reason', async () => {
  const system = await startSystem({ limits: { bodyTimeout: 100 } })
  try {
    const token = await system.token('admin')
    const authorization = `Authorization: ${basicAuthorization(token)}`
    const form = 'Content-Type: application/x-www-form-urlencoded'
    for (const [line, type] of [
      ['PUT /apps/myapp', form],
      ['POST /apps/myapp/objects/tmp/x.tgz', 'Content-Type: application/octet-stream'],
    ]) {
      const connection = await connectRaw(system.url)
      connection.send(
        `${line} HTTP/1.1\r\nHost: gateway\r\n${authorization}\r\n${type}\r\nContent-Length: 1000\r\n\r\nx`,
      )
      expect(await readResponse(connection)).toMatchObject({
        status: 408,
        json: expect.objectContaining({ code: 'RGW_BODY_TOO_SLOW' }),
      })
      expect(await system.lastEvent()).toMatchObject({ status: 408 })
      connection.end()
    }
    expect(system.rack.received.filter(({ method }) => method === 'PUT')).toEqual([])
  } finally {
    await system.stop()
  }
})
