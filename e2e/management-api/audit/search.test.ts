import { ErrorResponse } from '@rack-gateway/gateway-api'
import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type System, startSystem } from '../../support/gateway/system.ts'
import { createUser, someId, type TestUser } from '../callers.ts'
import { startPipelines } from '../pipelines.ts'

describe('the audit log, as the API shows it', () => {
  let system: System
  let auditor: TestUser
  let deployer: TestUser
  beforeAll(async () => {
    system = await startSystem({ publicUrl: 'own', rackNames: ['staging', 'production'] })
    auditor = await createUser(system, 'auditor')
    deployer = await createUser(system, 'deployer')
    await system.get('/rack/staging/apps', deployer.token)
    await system.get('/rack/production/apps/web', deployer.token)
    await system.send('DELETE', '/rack/staging/apps/web', deployer.token)
  })
  afterAll(() => system.stop())

  const paths = ['/audit/events', '/audit/events/stream', '/audit/export', '/audit/histogram', '/audit/checkpoint']
  const errorMembers = [...(ErrorResponse.required ?? [])].sort()
  const deniedMembers = [...errorMembers, 'permission'].sort()
  const search = (query: string) => call(system, auditor.token, 'GET', `/audit/events?${query}`)

  test('has the principal, the action, and the reason of a denial', async () => {
    const found = await search(`principal=${encodeURIComponent(deployer.email)}&effect=deny`)
    expect(found.json).toMatchObject({
      items: [
        {
          writtenAt: expect.stringMatching(/Z$/),
          event: {
            kind: 'call',
            route: 'DELETE /apps/{app}',
            principal: { id: deployer.id, name: deployer.email, device: 'test', roles: ['deployer'] },
            decision: { effect: 'deny', reason: expect.stringContaining('app:delete') },
          },
        },
      ],
      next: null,
    })
  })

  test('finds the events of one call by what its caller was shown', async () => {
    const refused = await system.send('DELETE', '/rack/production/apps/web', deployer.token)
    const { requestId } = refused.json as { requestId: string }
    const found = await search(`request=${requestId}`)
    expect(found.json).toMatchObject({ items: [{ event: { request: requestId, app: 'web', rack: 'production' } }] })
  })

  test('names the trust that let a job in, and the subject of its token', async () => {
    const pipelines = await startPipelines(system)
    const job = await pipelines.job('ci')
    await system.get('/rack/staging/apps', job.token)
    const found = await search(`principal=${job.id}&kind=call`)
    const [trust] = await system.sql`
      select t.id, t.name, w.subject from gateway.workload_sessions w join gateway.trusts t on t.id = w.trust_id where w.id = ${job.id}`
    expect(found.json).toMatchObject({
      items: [{ event: { principal: { kind: 'workload', id: job.id, trust: { ...trust } } } }],
    })
    await pipelines.stop()
  })

  test('an event has its own address, which shows it with its links', async () => {
    const [first] = await listed('rack=staging&status=200')
    expect(first?.link).toBe(`${system.url}/gateway/api/v1/audit/events/${first?.id}`)
    const shown = await fetch(first?.link ?? '', { headers: { authorization: `Bearer ${auditor.token}` } })
    const [row] =
      await system.sql`select canonical, encode(hash, 'hex') as hash, encode(prev, 'hex') as prev from audit.events where id = ${first?.id ?? ''}`
    expect(await shown.json()).toMatchObject({ id: first?.id, ...row, event: JSON.parse(row?.canonical) })
  })

  async function listed(query: string): Promise<{ id: string; link: string; event: Record<string, unknown> }[]> {
    const { items } = (await search(query)).json as {
      items: { id: string; link: string; event: Record<string, unknown> }[]
    }
    return items
  }

  test.each(['', someId(), '%00', '..', 'stream%2f'])('no event: %j', async (id) => {
    const response = await call(system, auditor.token, 'GET', `/audit/events/${id}`)
    expect([400, 404]).toContain(response.status)
  })

  test('every read is recorded before the response, with its filters and its caller', async () => {
    const response = await search('app=web&text=delete&limit=1')
    expect(response.status).toBe(200)
    expect(await system.lastEvent()).toMatchObject({
      kind: 'audit.read',
      principal: { id: auditor.id, name: auditor.email },
      source: { address: '127.0.0.1' },
      route: 'GET /gateway/api/v1/audit/events',
      permission: 'gateway:audit:read',
      detail: { app: 'web', text: 'delete', page: 'first' },
    })
    const [event] = await listed('app=web')
    await call(system, auditor.token, 'GET', `/audit/events/${event?.id}`)
    expect(await system.lastEvent()).toMatchObject({ kind: 'audit.read', detail: { event: event?.id } })
  })

  test.each([
    'limit=0',
    'limit=201',
    'limit=1e3',
    'kind=nothing',
    'effect=maybe',
    'status=600',
    'status=5x',
    'stream=x',
    'limit=1&limit=2',
    'nosuch=1',
    'from=2027-01-01',
    'address=300.1.1.1',
    'cursor=%27%3b--',
    `app=${'x'.repeat(301)}`,
    'app=',
    'app=%00',
    'notApp=%00',
    'notKind=nothing',
    'notKind=call&notKind=nothing',
    'notStatus=600',
    'notAddress=300.1.1.1',
    'notText=a',
    'notCommand=a',
    `${'notApp=a&'.repeat(11)}`,
    'credential=x',
    'credential=0190aaaa-0000-7000-8000-000000000001',
  ])('an invalid query is rejected: %s', async (query) => {
    expect((await search(query)).status).toBe(400)
    expect((await call(system, auditor.token, 'GET', `/audit/histogram?${query}`)).status).toBe(400)
  })

  test.each(['viewer', 'ops', 'deployer', 'ci'])('is closed to %s', async (role) => {
    const { token } = await createUser(system, role)
    for (const path of [...paths, `/audit/events/${someId()}`])
      expect((await call(system, token, 'GET', path)).status, path).toBe(403)
  })

  test('an auditor of one rack, and a rack-bound token, are denied', async () => {
    const ofOneRack = await createUser(system, 'auditor', { racks: 'staging' })
    const bound = await createUser(system, 'auditor', { rack: 'staging' })
    for (const { token } of [ofOneRack, bound])
      for (const path of paths) {
        const response = await call(system, token, 'GET', path)
        expect([path, response.status, Object.keys(response.json as object).sort()]).toEqual([path, 403, deniedMembers])
      }
  })

  test('excluded values are left out, also of exports and streams, and are recorded', async () => {
    const query = `principal=${deployer.id}&notRack=production&notEffect=deny`
    const found = await listed(query)
    expect(found.length).toBeGreaterThan(0)
    expect(found.every(({ event }) => event.rack === 'staging')).toBe(true)
    const exported = await call(system, auditor.token, 'GET', `/audit/export?${query}`)
    expect(exported.body.trimEnd().split('\n')).toHaveLength(found.length)
    await search('notKind=audit.read&notKind=call&limit=1')
    expect(await system.lastEvent()).toMatchObject({ detail: { notKind: 'audit.read, call', page: 'first' } })
  })

  test('a cursor is not for other exclusions', async () => {
    const first = await search('notKind=audit.read&limit=1')
    const cursor = first.text('next')
    expect((await search(`notKind=audit.read&limit=1&cursor=${cursor}`)).status).toBe(200)
    for (const other of ['', 'notKind=call', 'kind=audit.read', 'notKind=audit.read&notKind=call'])
      expect((await search(`${other}&limit=1&cursor=${cursor}`)).json).toMatchObject({
        code: 'RGW_INVALID_AUDIT_CURSOR',
      })
  })

  test('the events of a session are found by its ID, and an event leads to the ones before and after it', async () => {
    const found = await listed(`principal=${deployer.id}&credential=${deployer.session}`)
    expect(found.length).toBeGreaterThan(2)
    expect(await listed(`principal=${deployer.id}&credential=${auditor.session}`)).toEqual([])
    const [next, middle, previous] = found
    const shown = await call(system, auditor.token, 'GET', `/audit/events/${middle?.id}`)
    expect(shown.json).toMatchObject({ neighbors: { previousInSession: previous?.id, nextInSession: next?.id } })
    const before = await call(system, auditor.token, 'GET', `/audit/events/${shown.text('neighbors.previousInStream')}`)
    expect(before.json).toMatchObject({
      event: { seq: Number(shown.text('event.seq')) - 1, stream: shown.text('event.stream') },
      neighbors: { nextInStream: middle?.id },
    })
  })

  test('a histogram counts as a search finds, and is recorded once', async () => {
    const query = `principal=${deployer.id}&kind=call`
    const found = await listed(query)
    const before = (await system.events()).length
    const response = await call(system, auditor.token, 'GET', `/audit/histogram?${query}&buckets=25`)
    expect(response.status).toBe(200)
    const { buckets, ...rest } = response.json as { buckets: Record<string, number>[] } & Record<string, unknown>
    const sum = (result: string) => buckets.reduce((total, bucket) => total + (bucket[result] ?? 0), 0)
    const denied = found.filter(({ event }) => event.status === 403).length
    expect(denied).toBeGreaterThan(0)
    expect(sum('denied')).toBe(denied)
    const failed = found.filter(({ event }) => Number(event.status) >= 400).length - denied
    expect([sum('failed'), sum('allowed')]).toEqual([failed, found.length - failed - denied])
    expect(rest).toMatchObject({ total: found.length, complete: true, width: 3_600, countedFrom: rest.from })
    expect(Date.parse(String(rest.to)) - Date.parse(String(rest.from))).toBe(86_400_000)
    expect(await system.lastEvent()).toMatchObject({
      kind: 'audit.read',
      route: 'GET /gateway/api/v1/audit/histogram',
      detail: { principal: deployer.id, kind: 'call', page: 'histogram' },
    })
    expect((await system.events()).length).toBe(before + 1)
  })

  test.each(['buckets=1', 'buckets=121', 'buckets=x', 'limit=1', 'cursor=x', 'from=2999-01-01T00:00:00Z'])(
    'a histogram with %s is rejected',
    async (query) => {
      expect((await call(system, auditor.token, 'GET', `/audit/histogram?${query}`)).status).toBe(400)
    },
  )
})
