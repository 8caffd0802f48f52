import { managementApi as prefix } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type System, startSystem } from '../../support/gateway/system.ts'
import { createUser, type TestUser } from '../callers.ts'
import { type Followed, followEvents } from './event-stream.ts'

describe('following the audit log', () => {
  let system: System
  let auditor: TestUser
  beforeAll(async () => {
    system = await startSystem({ publicUrl: 'own' })
  })
  beforeEach(async () => {
    auditor = await createUser(system, 'auditor')
  })
  afterAll(() => system.stop())

  const follow = (query = '', headers: Record<string, string> = {}, base = system.url): Promise<Followed> =>
    followEvents(`${base}${prefix}/audit/events/stream?${query}`, {
      authorization: `Bearer ${auditor.token}`,
      ...headers,
    })

  const appAsked = (events: readonly { data: unknown }[]) =>
    events.map(({ data }) => (data as { event: { app?: string } }).event.app)

  test('shows new events of all replicas, and no older ones', async () => {
    const deployer = await createUser(system, 'deployer')
    await system.get('/apps/before', deployer.token)
    const stream = await follow(`principal=${encodeURIComponent(deployer.email)}`)
    expect(stream.headers.get('content-type')).toBe('text/event-stream')
    await system.get('/apps/one', deployer.token)
    const replica = await system.replica()
    await fetch(`${replica.url}/apps/two`, { headers: { authorization: `Bearer ${deployer.token}` } })
    const events = await stream.take(2)
    expect(appAsked(events)).toEqual(['one', 'two'])
    expect(events[0]).toMatchObject({ name: 'audit', data: { link: expect.stringContaining('/audit/events/') } })
    await stream.close()
    await replica.stop()
  })

  test('continues behind the last event that was seen', async () => {
    const deployer = await createUser(system, 'deployer')
    const query = `principal=${encodeURIComponent(deployer.email)}`
    const stream = await follow(query)
    for (const app of ['a', 'b', 'c']) await system.get(`/apps/${app}`, deployer.token)
    const [first] = await stream.take(3)
    await stream.close()
    await system.get('/apps/d', deployer.token)
    const again = await follow(query, { 'last-event-id': first?.id ?? '' })
    expect(appAsked(await again.take(3))).toEqual(['b', 'c', 'd'])
    await again.close()
  })

  test('continues from the first message, if the connection broke before any event', async () => {
    const deployer = await createUser(system, 'deployer')
    const query = `principal=${encodeURIComponent(deployer.email)}`
    const stream = await follow(query)
    await stream.close()
    await system.get('/apps/meanwhile', deployer.token)
    const again = await follow(query, { 'last-event-id': stream.start })
    expect(appAsked(await again.take(1))).toEqual(['meanwhile'])
    await again.close()
  })

  test('is recorded once, at its beginning', async () => {
    const stream = await follow('app=web&effect=deny')
    const reads = (await system.events()).filter(
      ({ kind, principal }) => kind === 'audit.read' && principal?.id === auditor.id,
    )
    expect(reads).toMatchObject([{ detail: { app: 'web', effect: 'deny', page: 'follow' } }])
    await stream.close()
  })

  test('ends with the reason when the session does', async () => {
    const stream = await follow('app=nothing')
    const admin = await createUser(system, 'admin')
    await system.send('DELETE', `${prefix}/sessions/${auditor.session}`, admin.token)
    const rest = await stream.rest()
    expect(rest.at(-1)).toMatchObject({ name: 'end', data: { reason: expect.stringContaining('session') } })
  })

  test('ends when the role is revoked', async () => {
    const stream = await follow('app=nothing')
    await system.sql`delete from gateway.bindings where subject_id = ${auditor.id}`
    expect((await stream.rest()).at(-1)).toMatchObject({
      name: 'end',
      data: { reason: expect.stringContaining('Only administrators and auditors can read and export the audit log.') },
    })
  })

  test('ten streams are allowed at once, five of one person, and a closed stream frees its slot', async () => {
    const streams: Followed[] = []
    const another = async () => streams.push(await follow('app=nothing'))
    const refused = async () => {
      const headers = { authorization: `Bearer ${auditor.token}` }
      const response = await fetch(`${system.url}${prefix}/audit/events/stream`, { headers })
      return [response.status, await response.json()]
    }
    const busy = (message: string) => [429, { code: 'RGW_SEARCH_BUSY', error: expect.stringContaining(message) }]
    // The streams of earlier tests can still be closing.
    while (streams.length < 5) await vi.waitFor(another, 60_000)
    expect(await refused()).toMatchObject(busy('one caller can at this gateway (5 of 10)'))
    auditor = await createUser(system, 'auditor')
    while (streams.length < 10) await vi.waitFor(another, 60_000)
    auditor = await createUser(system, 'admin')
    expect(await refused()).toMatchObject(busy('Too many followers'))
    await streams.pop()?.close()
    await vi.waitFor(another, 60_000)
    await Promise.all(streams.map((one) => one.close()))
  })

  test('hostile values stay within their line', async () => {
    const deployer = await createUser(system, 'deployer')
    const stream = await follow(`principal=${encodeURIComponent(deployer.email)}`)
    const agent = 'x\u2028event: end\u0085data: {} =cmd|'
    await system.send('GET', '/apps/web', deployer.token, '', [`User-Agent: ${Buffer.from(agent).toString('latin1')}`])
    const [event] = await stream.take(1)
    expect(event).toMatchObject({
      name: 'audit',
      data: { event: { app: 'web', source: { client: expect.any(String) } } },
    })
    await stream.close()
  })

  test.each(['nonsense', 'W10', "'; drop table audit.events"])(
    'an invalid Last-Event-ID is rejected: %s',
    async (id) => {
      const received = await fetch(`${system.url}${prefix}/audit/events/stream`, {
        headers: { authorization: `Bearer ${auditor.token}`, 'last-event-id': id },
      })
      expect(received.status).toBe(400)
    },
  )

  test('ends when the gateway stops, without delaying the stop', async () => {
    const replica = await system.replica()
    await fetch(`${replica.url}/check`)
    const stream = await follow('app=nothing', { host: new URL(system.url).host }, replica.url)
    const ended = stream.rest()
    await replica.stop()
    expect((await ended).at(-1)).toMatchObject({ name: 'end' })
  })
})
