import { openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startGatewayProcess } from '../support/gateway/gateway-process.ts'
import { changesApplied, type System, startSystem, verifyStreams } from '../support/gateway/system.ts'
import { takeDatabase } from '../support/gateway/take-database.ts'
import { leaveNothing } from '../support/processes.ts'

const form = ['Content-Type: application/x-www-form-urlencoded']

describe('every response has a record', () => {
  let system: System
  let admin: string
  beforeAll(async () => {
    system = await startSystem({ tuning: { auditLimits: { deadline: 3_000 } } })
    admin = await system.token('admin')
    await changesApplied(system)
  })
  afterAll(() => system.stop())
  beforeEach(async () => {
    await recorded()
    system.rack.clearReceived()
  })

  /** A call goes through again, so the audit log has its database back. */
  function recorded() {
    return expect.poll(async () => (await system.get('/apps?', admin)).status, { interval: 250 }).toBe(200)
  }

  /** Sends a change of which the database accepts the intent, but not the outcome. */
  async function sendUnrecordable() {
    await system.sql`alter table audit.events add constraint no_outcome check (kind <> 'outcome') not valid`
    const response = await system.send('PUT', '/apps/myapp?', admin, 'lock=true', form)
    await system.sql`alter table audit.events drop constraint no_outcome`
    return response
  }

  test('an intent is durable before the rack is asked, and an outcome before the response', async () => {
    const fault = system.rack.failNext(/^PUT/, { kind: 'hang' })
    const response = system.send('PUT', '/apps/myapp?', admin, 'lock=true', form)
    await fault.reached
    expect(await system.lastEvent()).toMatchObject({ kind: 'intent', route: 'PUT /apps/{app}' })
    fault.release()
    expect((await response).status).toBe(200)
    expect(await system.lastEvent()).toMatchObject({ kind: 'outcome', status: 200 })
  })

  test('without a log, reads, changes, and websockets get 503, and later calls work again', async () => {
    const giveBack = await takeDatabase(system.database)
    const responses = await Promise.all([
      system.send('PUT', '/apps/myapp?', admin, 'lock=true', form),
      system.send('DELETE', '/apps/otherapp?', admin),
    ])
    for (const response of responses) {
      expect(response.status).toBe(503)
      expect(response.error).toMatch(/audit|database/)
    }
    expect(system.rack.received.filter(({ method, status }) => method !== 'GET' || status === 101)).toEqual([])
    const socket = await openWebSocket(`${system.url}/apps/myapp/logs`, admin, {})
    expect([socket.status, socket.error]).toEqual([503, expect.stringMatching(/audit|database/)])
    system.rack.clearReceived()
    const read = await system.get('/apps?', admin)
    expect([read.status, read.body.includes('myapp'), system.rack.received]).toEqual([503, false, []])
    await giveBack()
    await recorded()
    await expect.poll(() => verifyStreams(system.sql)).toMatchObject({ intact: true })
  })

  test('an outcome that cannot be recorded is 503 and says that the rack made the change', async () => {
    const fault = system.rack.failNext(/^PUT/, { kind: 'hang' })
    const response = system.send('PUT', '/apps/myapp?', admin, 'lock=true', form)
    await fault.reached
    const giveBack = await takeDatabase(system.database)
    fault.release()
    expect(await response).toMatchObject({
      status: 503,
      json: { code: 'RGW_OUTCOME_NOT_RECORDED' },
      error: expect.stringContaining('The rack made the change, but'),
    })
    await giveBack()
  })

  test.each([
    ['answers with an error', { kind: 'answer', status: 500 }, 'The rack answered with status 500, but'],
    ['breaks off the change', { kind: 'reset-after-effect' }, 'The rack may have made the change, but'],
  ] as const)('an unrecorded outcome of a rack that %s is not reported as a success', async (_how, fault, text) => {
    system.rack.failNext(/^PUT/, fault)
    const response = await sendUnrecordable()
    expect(response).toMatchObject({ json: { code: 'RGW_OUTCOME_NOT_RECORDED' }, error: expect.stringContaining(text) })
  })

  test('a rack that aborts a change is 502, and the error says that the change may have been made', async () => {
    system.rack.failNext(/^PUT/, { kind: 'reset-after-effect' })
    const response = await system.send('PUT', '/apps/myapp?', admin, 'lock=true', form)
    expect(response).toMatchObject({
      status: 502,
      json: { code: 'RGW_CHANGE_UNCLEAR' },
      error: expect.stringMatching(
        /^The rack staging did not answer completely: [^.]+\. The change may have been made\. Check whether/,
      ),
    })
    expect(system.rack.received.filter(({ method }) => method === 'PUT')).toHaveLength(1)
    expect(await system.lastEvent()).toMatchObject({ kind: 'outcome', status: 502, close: expect.any(String) })
  })

  test('a response that breaks off never looks complete', async () => {
    system.rack.failNext(/^GET \/apps\/myapp\/releases/, { kind: 'cut', after: 10 })
    expect((await system.get('/apps/myapp/releases?', admin)).status).toBe(502)
    await system.send('POST', '/apps/myapp/objects/tmp/a.bin?', admin, 'x'.repeat(200_000))
    system.rack.failNext(/^GET \/apps\/myapp\/objects/, { kind: 'cut', after: 1_000 })
    await expect(system.get('/apps/myapp/objects/tmp/a.bin?', admin)).rejects.toThrow(
      'closed in the middle of a response',
    )
    await expect
      .poll(() => system.lastEvent())
      .toMatchObject({ kind: 'closed', close: expect.stringContaining('staging') })
  })

  test('a redirect of the rack is not passed on', async () => {
    system.rack.failNext(/^GET \/apps/, {
      kind: 'answer',
      status: 302,
      headers: [['Location', 'http://evil.example/']],
    })
    const response = await system.get('/apps?', admin)
    expect([response.status, response.headers.has('location')]).toEqual([502, false])
  })

  test('a response that cannot be masked is not shown', async () => {
    const viewer = await system.token('viewer')
    for (const fault of [
      { kind: 'gzip' } as const,
      { kind: 'answer', status: 200, body: '<html>secret</html>' } as const,
    ]) {
      system.rack.failNext(/^GET \/apps\/myapp\/releases/, fault)
      const response = await system.get('/apps/myapp/releases?', viewer)
      expect([response.status, response.body.includes('html')]).toEqual([502, false])
    }
  })

  /** The last one: it takes the rack away. */
  test('a rack that cannot be reached is 502 with its name, recorded', async () => {
    await system.rack.close()
    const response = await system.get('/apps?', admin)
    expect(response).toMatchObject({
      status: 502,
      json: { code: 'RGW_RACK_UNREACHABLE' },
      error: expect.stringContaining('staging'),
    })
    expect(await system.lastEvent()).toMatchObject({ kind: 'call', status: 502, decision: { effect: 'allow' } })
    expect(await sendUnrecordable()).toMatchObject({
      json: { code: 'RGW_OUTCOME_NOT_RECORDED' },
      error: expect.stringContaining('The rack did not receive the change, but'),
    })
  })
})

/** A gateway as a process of its own, killed without warning under load. */
describe('kill -9 under load', () => {
  afterAll(leaveNothing)

  test('each response that a client saw has its event, and each change that the rack got its intent', async () => {
    const system = await startSystem()
    const admin = await system.token('admin')
    const gateway = await startGatewayProcess(system, system.rack)
    const seen: string[] = []
    let stop = false
    async function caller(index: number): Promise<void> {
      for (let count = 0; !stop && count < 10_000; count++) {
        const changes = (count + index) % 2 === 0
        const headers = { authorization: `Bearer ${admin}`, 'content-type': 'application/x-www-form-urlencoded' }
        const request = changes ? { method: 'PUT', headers, body: 'lock=true' } : { method: 'GET', headers }
        const response = await fetch(`${gateway.url}/apps/myapp`, request).catch(() => null)
        const upstream = response?.headers.get('request-id')
        if (upstream) seen.push(upstream)
      }
    }
    const callers = Array.from({ length: 8 }, (_, index) => caller(index))
    await expect.poll(() => seen.length).toBeGreaterThan(400)
    const killed = gateway.kill()
    stop = true
    await Promise.all([killed, ...callers])

    const events = await system.events()
    const recorded = new Set(
      events.filter(({ kind }) => kind === 'call' || kind === 'outcome').map(({ upstream }) => upstream),
    )
    expect(seen.filter((id) => !recorded.has(id))).toEqual([])
    const intents = events.filter(({ kind, route }) => kind === 'intent' && route === 'PUT /apps/{app}')
    expect(intents.length).toBeGreaterThanOrEqual(system.rack.received.filter(({ method }) => method === 'PUT').length)
    expect(await verifyStreams(system.sql)).toMatchObject({ intact: true })
    await system.stop()
  })
})
