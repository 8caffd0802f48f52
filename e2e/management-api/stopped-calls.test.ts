import { randomUUID } from 'node:crypto'
import { callManagementApi as call, type ManagementApiResponse } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type System, startSystem } from '../support/gateway/system.ts'
import { createUser, credential, type TestUser } from './callers.ts'

const promote = { route: 'POST /apps/{app}/releases/{id}/promote', app: 'web', params: { app: 'web', id: 'R1' } }
const run = 'POST /apps/{app}/services/{service}/processes'
const inCommand = { route: run, app: 'web', params: { app: 'web', service: 'command' } }

describe('reports of calls that were not sent', () => {
  let system: System
  let viewer: TestUser
  let deployer: TestUser
  let auditor: TestUser
  beforeAll(async () => {
    system = await startSystem({ rackNames: ['staging', 'production'] })
    viewer = await createUser(system, 'viewer')
    deployer = await createUser(system, 'deployer')
    auditor = await createUser(system, 'auditor')
  })
  afterAll(() => system.stop())

  interface Report {
    readonly id?: string
    readonly principal?: string
    readonly rack?: string
    readonly at?: string
    readonly call: object
  }

  function report(as: TestUser, { id = randomUUID(), ...change }: Report): Promise<ManagementApiResponse> {
    const body = { id, principal: as.id, rack: 'staging', at: '2027-01-31T12:00:00Z', ...change }
    return call(system, as.token, 'POST', '/policy/stopped-calls', body)
  }

  /** The events of calls that were not sent, oldest first. */
  async function unsent() {
    return (await system.events()).filter(({ sent }) => sent === false)
  }

  async function newest() {
    const event = (await unsent()).at(-1)
    if (event === undefined) throw new Error('there is no event of a call that was not sent')
    return event
  }

  test('are recorded as the denial of the call itself, marked as not sent', async () => {
    await system.send('POST', '/rack/staging/apps/web/releases/R1/promote?', viewer.token)
    const { status, path, source, body: _, ...sent } = await system.lastEvent()
    const id = randomUUID()
    const response = await report(viewer, { id, call: promote })
    expect([response.status, response.json]).toEqual([200, { recorded: true }])
    const event = await newest()
    expect(event).toEqual({
      ...sent,
      ...positionOf(event),
      sent: false,
      path: '/apps/web/releases/R1/promote',
      source: event.source,
      detail: { report: id, stoppedAt: '2027-01-31T12:00:00.000Z' },
    })
    expect([status, path, event.source?.address]).toEqual([
      403,
      '/rack/staging/apps/web/releases/R1/promote',
      source?.address,
    ])
  })

  test('are found as denials by a search, the histogram, and an export', async () => {
    await report(viewer, { call: { ...promote, params: { app: 'web', id: 'R2' } } })
    const { id } = await newest()
    const found = await call(system, auditor.token, 'GET', '/audit/events?effect=deny&limit=5')
    expect(found.json).toMatchObject({ items: expect.arrayContaining([expect.objectContaining({ id })]) })
    const counted = await call(system, auditor.token, 'GET', `/audit/histogram?effect=deny&principal=${viewer.id}`)
    const buckets = (counted.json as { buckets: { denied: number }[] }).buckets
    expect(buckets.reduce((sum, { denied }) => sum + denied, 0)).toBe(
      (await system.events()).filter((one) => one.principal?.id === viewer.id && one.decision?.effect === 'deny')
        .length,
    )
    const csv = await system.send('GET', `/gateway/api/v1/audit/export?format=csv&effect=deny`, auditor.token)
    expect(csv.body).toMatch(/^at,.*,sent,status,/)
    expect(csv.body.split('\r\n').find((line) => line.includes(id))).toContain(',"false",')
  })

  test('count in the impact of a proposed policy', async () => {
    const opened = 'version: 1\nroles:\n  viewer: { extends: [viewer], permissions: [app:delete] }\n'
    await report(viewer, { call: { route: 'DELETE /apps/{app}', app: 'web', params: { app: 'web' } } })
    const response = await call(system, auditor.token, 'POST', '/policy/impact', { document: opened, since: '1h' })
    expect(response.json).toMatchObject({
      allowed: 1,
      unclear: 0,
      changes: [{ effect: 'allows', principal: { id: viewer.id }, route: 'DELETE /apps/{app}', app: 'web', count: 1 }],
    })
  })

  test('with an unknown part of the path say so, and count in the impact too', async () => {
    const before = await call(system, auditor.token, 'POST', '/policy/impact', {
      document: 'version: 1\n',
      since: '1h',
    })
    await report(viewer, { call: { ...promote, params: { app: 'web' } } })
    expect((await newest()).path).toBe('/apps/web/releases/(unknown)/promote')
    const after = await call(system, auditor.token, 'POST', '/policy/impact', { document: 'version: 1\n', since: '1h' })
    expect([after.text('calls'), after.text('unclear')]).toEqual([`${Number(before.text('calls')) + 1}`, '0'])
  })

  test('of tokens are recorded with the token as the principal', async () => {
    const token = await credential(system, 'viewer', 'token of a user')
    const principal = (await call(system, token, 'GET', '/me')).text('id')
    const body = {
      id: randomUUID(),
      principal,
      rack: 'staging',
      at: '2027-01-31T12:00:00Z',
      call: promote,
    }
    const response = await call(system, token, 'POST', '/policy/stopped-calls', body)
    expect(response.json).toEqual({ recorded: true })
    expect((await newest()).principal).toMatchObject({ kind: 'api-token', id: principal, roles: ['viewer'] })
  })

  describe('are not recorded', () => {
    test.each<[string, () => Report]>([
      ['if the policy allows the call', () => ({ principal: deployer.id, call: promote })],
      [
        'if only the rack knows whether the policy allows the call',
        () => ({
          principal: deployer.id,
          call: {
            route: 'WS /apps/{app}/processes/{pid}/exec',
            app: 'web',
            params: { app: 'web', pid: 'web-1' },
            command: { header: 'bin/pre_release', by: 'exec' },
          },
        }),
      ],
      [
        'if the call is of another principal',
        () => ({ principal: viewer.id, call: { route: 'DELETE /apps/{app}', app: 'web', params: { app: 'web' } } }),
      ],
    ])('%s', async (_, change) => {
      const before = (await unsent()).length
      const response = await report(deployer, change())
      expect([response.status, response.json]).toEqual([200, { recorded: false }])
      expect(await unsent()).toHaveLength(before)
    })

    test.each<[string, Partial<Report>]>([
      ['an unknown route', { call: { ...promote, route: 'POST /nowhere' } }],
      ['an unknown rack', { rack: 'nowhere', call: promote }],
      ['a parameter that the path does not have', { call: { ...promote, params: { ...promote.params, host: 'x' } } }],
      ['a part of the path that is not canonical', { call: { ...promote, params: { app: 'web', id: '../../x' } } }],
      ['a part of the path that leads to another route', { call: { ...promote, params: { app: 'web', id: 'R1/x' } } }],
      [
        'a query that the route does not take',
        { call: { ...promote, parameters: { query: ['evil'], form: [], headers: [] } } },
      ],
      [
        'a field that the route does not take',
        { call: { ...promote, parameters: { query: [], form: ['evil'], headers: [] } } },
      ],
      [
        'a header that the route does not take',
        { call: { ...inCommand, parameters: { query: [], form: [], headers: ['evil'] } } },
      ],
      [
        'a header that gives privileges',
        { call: { ...inCommand, parameters: { query: [], form: [], headers: ['privileged'] } } },
      ],
      ['a command on a route without one', { call: { ...promote, command: { header: 'ls', by: 'run' } } }],
      [
        'a command with a control character',
        { call: { ...inCommand, command: { header: 'ls \u001b[31m', by: 'run' } } },
      ],
      [
        'a command with a character above a byte',
        { call: { ...inCommand, command: { header: 'ls \u202e', by: 'run' } } },
      ],
      ['a time that is not one', { at: 'yesterday', call: promote }],
      ['more fields', { call: { ...promote, decision: { effect: 'deny', reason: 'forged' } } }],
    ])('with %s', async (_, change) => {
      const before = (await unsent()).length
      const { status } = await report(viewer, { call: promote, ...change })
      expect([400, 404]).toContain(status)
      expect(await unsent()).toHaveLength(before)
    })

    test('if the policy allows the call only in a process of the caller’s own run', async () => {
      const ci = await createUser(system, 'ci')
      const exec = { route: 'WS /apps/{app}/processes/{pid}/exec', app: 'web', params: { app: 'web', pid: 'web-1' } }
      const response = await report(ci, { call: { ...exec, command: { header: 'bin/pre_release', by: 'exec' } } })
      expect(response.json).toEqual({ recorded: false })
      const never = await report(ci, { call: { ...exec, command: { header: 'bash', by: 'exec' } } })
      expect(never.json).toEqual({ recorded: true })
    })

    test('above 64 KiB', async () => {
      const command = { header: 'x'.repeat(64 * 1024), by: 'run' }
      expect((await report(viewer, { call: { ...inCommand, command } })).status).toBe(413)
    })
  })

  test('record a command without its secrets, in the words and in the reason', async () => {
    const command = { header: `rake import PASSWORD=hunter2 ${system.rack.token}`, by: 'run' }
    await report(deployer, { call: { ...inCommand, command } })
    const event = await newest()
    expect(event).toMatchObject({
      command: ['rake', 'import', 'PASSWORD=[hidden]', expect.any(String)],
      hidden: ['command'],
    })
    expect(JSON.stringify(event)).not.toContain('hunter2')
    expect(JSON.stringify(event)).not.toContain(system.rack.token)
  })

  test('name changed keys only if the caller could have made the call', async () => {
    const set = {
      route: 'POST /apps/{app}/releases',
      app: 'web',
      params: { app: 'web' },
      environment: { named: ['PASSWORD'], others: 'none' },
    }
    expect((await report(viewer, { call: set })).json).toEqual({ recorded: true })
    expect(await newest()).not.toHaveProperty('environment')
    const ci = await createUser(system, 'ci')
    expect((await report(ci, { call: { ...set, environment: { named: ['A'], others: 'none' } } })).json).toEqual({
      recorded: false,
    })
  })

  function positionOf({ at, id, seq, stream, request }: Awaited<ReturnType<typeof newest>>) {
    return { at, id, seq, stream, request }
  }
})

test('reports have a limit of their own, which does not prevent changes', async () => {
  const system = await startSystem({ rackNames: ['staging'], limits: { changesPerMinute: 2 } })
  try {
    const viewer = await createUser(system, 'viewer')
    const body = () => ({
      id: randomUUID(),
      principal: viewer.id,
      rack: 'staging',
      at: '2027-01-31T12:00:00Z',
      call: promote,
    })
    const statuses: number[] = []
    for (let count = 0; count < 3; count++)
      statuses.push((await call(system, viewer.token, 'POST', '/policy/stopped-calls', body())).status)
    expect(statuses).toEqual([200, 200, 429])
    expect((await call(system, viewer.token, 'POST', '/tokens', { name: 'a', role: 'viewer' })).status).toBe(201)
  } finally {
    await system.stop()
  }
})
