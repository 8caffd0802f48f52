import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type System, startSystem } from '../support/system.ts'
import { type Person, person, someId } from './callers.ts'
import { startPipelines } from './pipelines.ts'

describe('the audit log, as the API shows it', () => {
  let system: System
  let auditor: Person
  let deployer: Person
  beforeAll(async () => {
    system = await startSystem({ publicUrl: 'own', rackNames: ['staging', 'production'] })
    auditor = await person(system, 'auditor')
    deployer = await person(system, 'deployer')
    await system.get('/rack/staging/apps', deployer.token)
    await system.get('/rack/production/apps/web', deployer.token)
    await system.send('DELETE', '/rack/staging/apps/web', deployer.token)
  })
  afterAll(() => system.stop())

  const search = (query: string) => call(system, auditor.token, 'GET', `/audit/events?${query}`)

  test('says who did what, and why it was refused', async () => {
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

  test('an event has a place of its own, which shows it with its links', async () => {
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
    const answer = await call(system, auditor.token, 'GET', `/audit/events/${id}`)
    expect([400, 404]).toContain(answer.status)
  })

  test('every look is recorded before it is answered, with its filters and who looked', async () => {
    const answer = await search('app=web&text=delete&limit=1')
    expect(answer.status).toBe(200)
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
    'app=a&app=b',
    'nosuch=1',
    'from=2027-01-01',
    'address=300.1.1.1',
    'cursor=%27%3b--',
    `app=${'x'.repeat(301)}`,
    'app=',
  ])('what can’t be asked is refused: %s', async (query) => {
    expect((await search(query)).status).toBe(400)
  })

  test.each(['viewer', 'ops', 'deployer', 'ci'])('is closed to %s', async (role) => {
    const { token } = await person(system, role)
    for (const path of ['/audit/events', `/audit/events/${someId()}`, '/audit/events/stream', '/audit/export'])
      expect((await call(system, token, 'GET', path)).status, path).toBe(403)
  })

  test('an auditor of one rack, and a token bound to one, see nothing', async () => {
    const { token } = await person(system, 'auditor', { racks: 'staging' })
    expect((await call(system, token, 'GET', '/audit/events')).status).toBe(403)
  })
})
