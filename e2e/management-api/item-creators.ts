import { randomUUID } from 'node:crypto'
import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import type { System } from '../support/gateway/system.ts'
import { createUser, type TestUser } from './callers.ts'
import type { Pipelines } from './pipelines.ts'

/** For each list, by its path, a function that creates one more item, and returns its ID in the list. */
export function itemCreators(
  system: System,
  pipelines: Pipelines,
  admin: TestUser,
): Readonly<Record<string, () => Promise<string>>> {
  const post = async (path: string, body: object) => (await call(system, admin.token, 'POST', path, body)).text('id')
  const name = () => `n-${randomUUID()}`
  const conditions = [{ claim: 'repository_id', equals: 'of no job' }]
  const bind = (id: string) => post('/bindings', { subject: { kind: 'group', id }, role: 'viewer' })

  return {
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
    '/access-requests': () => addAccessRequest(),
    '/access-requests/{id}/events': async () => {
      await addAccessRequest(admin.id)
      const decision = { effect: 'allow', rule: 'role:viewer', grant: admin.id } as const
      return (await system.app.audit.record({ kind: 'call', app: name(), decision })).id
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
    '/app-changes': recordChange,
    '/own-changes': recordChange,
    '/audit/events': async () => (await system.app.audit.record({ kind: 'call', app: name() })).id,
  }

  async function addAccessRequest(id: string = randomUUID()): Promise<string> {
    await system.sql`
      insert into gateway.access_requests
        (id, user_id, rule, role, racks, apps, seconds, reason, created_at, answer_by, state, work_starts)
      values
        (${id}, ${admin.id}, 'r', 'viewer', '{staging}', '{*}', 60, 'x', now(), now() + interval '1 h', 'pending', 'approval')
      on conflict do nothing`
    return id
  }

  async function recordChange(): Promise<string> {
    const principal = { kind: 'user', id: admin.id, name: admin.email, credential: admin.session } as const
    const call = { rack: 'staging', app: 'myapp', route: 'PUT /apps/{app}', request: randomUUID(), status: 200 }
    return (await system.app.audit.record({ kind: 'outcome', principal, ...call })).id
  }
}
