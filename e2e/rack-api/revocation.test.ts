import { basicAuthorization } from '@rack-gateway/testing/authorization'
import { connectRaw } from '@rack-gateway/testing/http'
import { openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { fakeTimers, meanwhile, realTimers } from '../support/gateway/fake-time.ts'
import { type RecordingDirectory, recordingDirectory } from '../support/gateway/recorded.ts'
import { changesApplied, type System, startSystem } from '../support/gateway/system.ts'

/** "Within a second", by a clock that the test winds on: timers of the database stay real. */
describe('without a timer of the gateway', () => {
  let ahead = 0
  let system: System
  let admin: string
  async function start(): Promise<void> {
    ahead = 0
    fakeTimers()
    onTestFinished(async () => {
      await meanwhile(system.stop())
      realTimers()
    })
    system = await meanwhile(startSystem({ now: () => Date.now() + ahead }))
    admin = await meanwhile(system.token('admin'))
  }
  const open = (token: string) =>
    openWebSocket(`${system.url}/apps/myapp/processes/web/exec`, token, { Command: 'bash' })

  test('a stream ends when its session does, by the notification alone', async () => {
    await start()
    const issued = await meanwhile(
      system.issuer.issueSession({ email: 'admin@example.com', device: 'lost', expiresAt: Date.now() + 3_600_000 }),
    )
    const [socket, other] = [await meanwhile(open(issued.token)), await meanwhile(open(admin))]
    await system.issuer.endSession(issued.id, 'lost laptop')
    expect((await socket.readToEnd()).join('')).toContain('Your session ended')
    const closed = async () => (await system.events()).filter(({ kind }) => kind === 'closed').length
    await expect.poll(closed).toBe(1)
    other.close()
  })

  test('a stream ends at most a second after its session expires', async () => {
    await start()
    const expiresAt = Date.now() + 60_000
    const { token } = await meanwhile(
      system.issuer.issueSession({ email: 'admin@example.com', device: 'test', expiresAt }),
    )
    const socket = await meanwhile(open(token))
    ahead = 60_000
    await vi.advanceTimersByTimeAsync(1_000)
    expect((await socket.readToEnd()).join('')).toContain('Your session expired')
  })
})

/** What allowed a transfer may end before the transfer does. */
describe('a transfer in progress', () => {
  let system: System
  beforeAll(async () => {
    system = await startSystem()
  })
  afterAll(() => system.stop())

  async function session(email: string) {
    const issued = await system.issuer.issueSession({
      email,
      role: 'admin',
      device: 'test',
      expiresAt: Date.now() + 3_600_000,
    })
    return {
      ...issued,
      authorization: `Authorization: ${basicAuthorization(issued.token)}`,
    }
  }

  test('a download is aborted when its session ends, and never looks complete', async () => {
    const { id, token } = await session('downloader@example.com')
    await system.send('POST', '/apps/myapp/objects/tmp/large.bin?', token, 'x'.repeat(300_000))
    const fault = system.rack.failNext(/^GET .*large/, { kind: 'stall', after: 100_000 })
    const download = system.get('/apps/myapp/objects/tmp/large.bin?', token)
    download.catch(() => undefined)
    await fault.reached
    await system.issuer.endSession(id, 'lost laptop')
    await expect(download).rejects.toThrow('closed in the middle of a response')
    fault.release()
  })

  test('an upload is aborted, and the rack does not use a part of it', async () => {
    const { id, authorization } = await session('uploader@example.com')
    const connection = await connectRaw(system.url)
    connection.send(
      `POST /apps/myapp/objects/tmp/half.bin? HTTP/1.1\r\nHost: gateway\r\n${authorization}\r\nContent-Length: 1000000\r\n\r\n${'x'.repeat(1_000)}`,
    )
    await expect.poll(() => system.rack.received.some(({ target }) => target.includes('half.bin'))).toBe(true)
    await system.issuer.endSession(id, 'lost laptop')
    await connection.ended
    await expect
      .poll(() => system.lastEvent())
      .toMatchObject({ kind: 'outcome', principal: { name: 'uploader@example.com' }, close: expect.any(String) })
  })
})

/** A caller can delay the end of a body, so the decision must not use permissions from its beginning. */
describe('a change with a slow body', () => {
  let system: System
  beforeAll(async () => {
    system = await startSystem()
  })
  afterAll(() => system.stop())

  async function begun(email: string, head: string, body: string) {
    const issued = await system.issuer.issueSession({
      email,
      role: 'admin',
      device: 'test',
      expiresAt: Date.now() + 3_600_000,
    })
    const connection = await connectRaw(system.url)
    const authorization = `Authorization: ${basicAuthorization(issued.token)}`
    const headers = `Host: gateway\r\n${authorization}\r\nConnection: close\r\nContent-Length: ${body.length}`
    connection.send(`${head}\r\n${headers}\r\n\r\n${body.slice(0, -1)}`)
    return {
      ...issued,
      async finish() {
        connection.send(body.slice(-1))
        await connection.ended
        return connection.received
      },
    }
  }

  const form = 'POST /apps HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded'
  const json = 'POST /gateway/api/v1/service-accounts HTTP/1.1\r\nContent-Type: application/json'

  test.each([
    ['a form for the rack', form, 'name=late'],
    ['a request of the management API', json, '{"name":"late"}'],
  ])('%s: it is denied if its session ended meanwhile', async (_what, head, body) => {
    const change = await begun('slow@example.com', head, body)
    // The gateway has read and authenticated the head once it has answered a later call with the same token.
    expect((await system.get('/apps', change.token)).status).toBe(200)
    await system.issuer.endSession(change.id, 'lost laptop')
    await expect.poll(async () => (await system.get('/apps', change.token)).status).toBe(401)
    system.rack.clearReceived()
    expect(await change.finish()).toMatch(/^HTTP\/1\.1 401 /)
    expect(system.rack.received.filter(({ method }) => method === 'POST')).toEqual([])
    expect(await system.sql`select 1 from gateway.service_accounts where name = 'late'`).toHaveLength(0)
    const ofCaller = (await system.events()).filter(({ principal }) => principal?.name === 'slow@example.com')
    expect(ofCaller.at(-1)).toMatchObject({ kind: 'call', status: 401 })
  })

  test.each([
    ['a form for the rack', form, 'name=late'],
    ['a request of the management API', json, '{"name":"late"}'],
  ])('%s: it is denied if its role was revoked meanwhile', async (_what, head, body) => {
    const change = await begun(`demoted-${head.length}@example.com`, head, body)
    expect((await system.get('/apps', change.token)).status).toBe(200)
    await system.sql`delete from gateway.bindings where subject_id = (
      select user_id::text from gateway.sessions where id = ${change.id})`
    await expect.poll(async () => (await system.get('/apps', change.token)).status).toBe(403)
    expect(await change.finish()).toMatch(/^HTTP\/1\.1 403 /)
    expect(system.rack.received.filter(({ method }) => method === 'POST')).toEqual([])
    expect(await system.sql`select 1 from gateway.service_accounts where name = 'late'`).toHaveLength(0)
  })

  test('succeeds if its permission did not change', async () => {
    const change = await begun('steady@example.com', form, 'name=late')
    expect((await system.get('/apps', change.token)).status).toBe(200)
    expect(await change.finish()).toMatch(/^HTTP\/1\.1 200 /)
  })
})

/** A rack can take seconds to answer the gateway, so the decision must not use older permissions. */
describe('a command that waits until the rack answers the gateway', () => {
  const aboutProcess = /^GET \/apps\/myapp\/processes\//
  const aboutSecrets = /^GET \/apps\/myapp\/releases\//
  let directory: RecordingDirectory
  let system: System
  beforeAll(async () => {
    directory = await recordingDirectory()
    system = await startSystem({ recordings: { address: directory.path } })
  })
  afterAll(async () => {
    await system.stop()
    await directory.remove()
  })

  async function openWhile(name: string, question: RegExp, revoke: (session: string) => Promise<unknown>) {
    const issued = await system.issuer.issueSession({
      email: `${name}@example.com`,
      role: 'admin',
      device: 'test',
      expiresAt: Date.now() + 3_600_000,
    })
    system.rack.clearReceived()
    const fault = system.rack.failNext(question, { kind: 'hang' })
    const command = { Command: 'rake db:reset' }
    const opening = openWebSocket(`${system.url}/apps/myapp/processes/${name}/exec`, issued.token, command)
    await fault.reached
    await revoke(issued.id)
    await changesApplied(system)
    fault.release()
    return (await (await opening).readToEnd()).join('')
  }
  const endSession = (id: string) => system.issuer.endSession(id, 'lost laptop')
  const removeRole = (id: string) => system.sql`delete from gateway.bindings where subject_id = (
    select user_id::text from gateway.sessions where id = ${id})`

  test.each([
    ['which process it is', aboutProcess],
    ['which secrets its recording redacts', aboutSecrets],
  ])('%s: it does not start if its session has ended meanwhile', async (_what, question) => {
    expect(await openWhile('ended', question, endSession)).toContain('ERROR: Your session ended')
    expect(system.rack.received.filter(({ route }) => route?.startsWith('WS'))).toEqual([])
    expect(await system.lastEvent()).toMatchObject({
      kind: 'call',
      status: 401,
      principal: { name: 'ended@example.com' },
    })
  })

  test('it does not start if its role was revoked meanwhile', async () => {
    expect(await openWhile('demoted', aboutProcess, removeRole)).toContain('ERROR: ')
    expect(system.rack.received.filter(({ route }) => route?.startsWith('WS'))).toEqual([])
    expect(await system.lastEvent()).toMatchObject({ kind: 'call', status: 403, decision: { effect: 'deny' } })
  })
})
