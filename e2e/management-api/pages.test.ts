import { randomUUID } from 'node:crypto'
import { type Endpoint, endpoints } from '@rack-gateway/gateway-api'
import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type System, startSystem } from '../support/gateway/system.ts'
import { createUser } from './callers.ts'
import { type Pipelines, startPipelines } from './pipelines.ts'

const all: readonly Endpoint[] = Object.values(endpoints)
const lists = all.filter(({ query }) => query !== undefined && 'cursor' in query.properties).map(({ path }) => path)

/** Every list, of hundreds of things, is read in pages while things are added to it. */
describe('a list in pages of two', () => {
  let system: System
  let pipelines: Pipelines
  let admin: Awaited<ReturnType<typeof createUser>>
  beforeAll(async () => {
    system = await startSystem({ publicUrl: 'own' })
    pipelines = await startPipelines(system)
    admin = await createUser(system, 'admin')
  })
  afterAll(async () => {
    await pipelines.stop()
    await system.stop()
  })

  const post = async (path: string, body: object) => (await call(system, admin.token, 'POST', path, body)).text('id')
  const name = () => `n-${randomUUID()}`
  const conditions = [{ claim: 'repository_id', equals: 'of no job' }]
  const bind = (id: string) => post('/bindings', { subject: { kind: 'group', id }, role: 'viewer' })

  /** Creates one more item of each list. @returns its ID in the list */
  const add: Readonly<Record<string, () => Promise<string>>> = {
    '/sessions': async () => (await createUser(system, null)).session,
    '/users': async () => (await createUser(system, null)).id,
    '/groups': async () => {
      const group = name()
      await bind(group)
      return group
    },
    '/second-factors': async () => {
      const id = randomUUID()
      await system.sql`
        insert into gateway.second_factors (id, user_id, kind, name, secret, last_step)
        values (${id}, ${(await createUser(system, null)).id}, 'totp', 'app', '', 0)`
      return id
    },
    '/service-accounts': () => post('/service-accounts', { name: name() }),
    '/bindings': () => bind(name()),
    '/tokens': () => post('/tokens', { name: name(), role: 'viewer' }),
    '/trusts': () => post('/trusts', { name: name(), issuer: pipelines.issuer.url, conditions, role: 'viewer' }),
    '/workload-sessions': async () => (await pipelines.job('viewer')).id,
    '/recordings': async () => {
      const id = randomUUID()
      await system.sql`
        insert into gateway.recordings (id, started_at, stream, opened, mode, principal, principal_name, rack, route)
        values (${id}, now(), ${id}, ${id}, 'strict', 'p', 'p', 'staging', 'exec')`
      return id
    },
    '/invitations': async () => {
      const id = randomUUID()
      await system.sql`
        insert into gateway.invitations (id, email, issuer, bindings, invited_by, created_at, expires_at)
        values (${id}, ${`${id}@example.com`}, 'i', '[]', ${admin.id}, now(), now() + interval '1 day')`
      return id
    },
    '/access-review': () => bind(name()),
    '/app-access': () => bind(name()),
    '/users/{id}/access': () =>
      post('/bindings', { subject: { kind: 'user', id: admin.id }, role: 'viewer', apps: name() }),
    '/live-calls': async () => {
      const id = randomUUID()
      await system.sql`
        insert into gateway.live_calls (id, stream, started_at, request, principal, principal_kind, principal_name, rack, route, path, kind)
        select ${id}, stream, now(), 'r', 'p', 'user', 'p', 'staging', 'WS /system/logs', '/system/logs', 'logs' from audit.events limit 1`
      return id
    },
    '/app-changes': async () => {
      const principal = { kind: 'user', id: admin.id, name: admin.email, credential: admin.session } as const
      const call = { rack: 'staging', app: 'myapp', route: 'PUT /apps/{app}', request: randomUUID(), status: 200 }
      return (await system.app.audit.record({ kind: 'outcome', principal, ...call })).id
    },
    '/own-changes': async () => {
      const principal = { kind: 'user', id: admin.id, name: admin.email, credential: admin.session } as const
      const call = { rack: 'staging', app: 'myapp', route: 'PUT /apps/{app}', request: randomUUID(), status: 200 }
      return (await system.app.audit.record({ kind: 'outcome', principal, ...call })).id
    },
    '/audit/events': async () => (await system.app.audit.record({ kind: 'call', app: name() })).id,
  }

  const parameters: Readonly<Record<string, string>> = {
    '/app-changes': 'rack=staging&app=myapp&',
    '/app-access': 'rack=staging&app=myapp&',
  }
  const knownBy: Readonly<Record<string, string>> = {
    '/groups': 'name',
    '/access-review': 'binding',
    '/app-access': 'binding',
    '/users/{id}/access': 'binding',
  }

  test('can be tried for every list', () => {
    expect(Object.keys(add).sort()).toEqual([...lists].sort())
  })

  test.each(lists)('%s has each item exactly once', async (path) => {
    const more = add[path]
    if (!more) throw new Error(`nobody has said how one more of ${path} is made`)
    const before: string[] = []
    while (before.length < 7) before.push(await more())
    const seen: string[] = []
    for (let cursor = ''; cursor !== 'null'; ) {
      const page = await call(
        system,
        admin.token,
        'GET',
        `${path.replace('{id}', admin.id)}?${parameters[path] ?? ''}limit=2${cursor && `&cursor=${cursor}`}`,
      )
      expect(page.status).toBe(200)
      const shown = page.texts(knownBy[path] ?? 'id')
      expect(shown.length).toBeLessThanOrEqual(2)
      seen.push(...shown)
      cursor = page.text('next')
      if (seen.length < 14) await more()
    }
    expect(seen).toEqual(expect.arrayContaining(before))
    expect(new Set(seen).size).toBe(seen.length)
  })
})
