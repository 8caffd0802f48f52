import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GrantedAccess } from '@rack-gateway/gateway-api'
import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type System, startSystem } from '../../support/gateway/system.ts'
import { createUser, someId, type TestUser } from '../callers.ts'
import { type Pipelines, startPipelines } from '../pipelines.ts'

/** Nobody has an address in this test network. The window is one hour of a day that is never today. */
const policy = (day: string) => `version: 1
roles:
  weekday:
    description: Deploys on one day of the week.
    extends: [deployer]
    when:
      time:
        - { days: [${day}], from: "00:00", to: "23:59", zone: UTC }
  from-office:
    description: Deploys from the office.
    extends: [deployer]
    when:
      addresses: [192.0.2.0/24]
  pipelines-only:
    description: Deploys from a pipeline.
    extends: [deployer]
    when:
      callers: [workload]
  web-only:
    description: Deploys the app web.
    extends: [deployer]
    when:
      apps: [web]
`
const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
/** Neither today nor tomorrow, in UTC. */
const otherDay = days[(new Date().getUTCDay() + 2) % 7] ?? 'mon'

let system: System
let pipelines: Pipelines
let admin: TestUser
let auditor: TestUser
const clock = { ahead: 0 }
beforeAll(async () => {
  const policyFile = join(mkdtempSync(join(tmpdir(), 'app-access-')), 'policy.yaml')
  writeFileSync(policyFile, policy(otherDay))
  system = await startSystem({ publicUrl: 'own', policyFile, now: () => Date.now() + clock.ahead })
  pipelines = await startPipelines(system)
  admin = await createUser(system, 'admin')
  auditor = await createUser(system, 'auditor')
})
afterAll(async () => {
  await pipelines.stop()
  await system.stop()
})

const ask = (method: string, path: string, body?: unknown, by = admin.token) => call(system, by, method, path, body)
const bind = async (kind: string, id: string, terms: object = {}) => {
  const response = await ask('POST', '/bindings', { subject: { kind, id }, role: 'viewer', ...terms })
  expect([response.status, response.body]).toEqual([201, expect.anything()])
  return response.text('id')
}

async function pagesOf(path: string, limit: number): Promise<GrantedAccess[]> {
  const rows: GrantedAccess[] = []
  const separator = path.includes('?') ? '&' : '?'
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query = `${separator}limit=${limit}${cursor && `&cursor=${cursor}`}`
    const response = await ask('GET', `${path}${query}`, undefined, auditor.token)
    expect(response.status).toBe(200)
    const page = response.json as { items: GrantedAccess[]; next: string | null }
    expect(page.items.length).toBeLessThanOrEqual(limit)
    rows.push(...page.items)
    cursor = page.next
  }
  return rows
}
const accessTo = (app: string, { rack = 'staging', limit = 200 } = {}) =>
  pagesOf(`/app-access?rack=${rack}&app=${encodeURIComponent(app)}`, limit)
const accessOf = (user: string, limit = 200) => pagesOf(`/users/${user}/access`, limit)
const rowOf = async (binding: string, app = 'web', rack = 'staging') =>
  (await accessTo(app, { rack })).find((row) => row.binding === binding)

test('only bindings whose patterns match the rack and the app', async () => {
  const ann = await createUser(system, null)
  const made = {
    exact: await bind('user', ann.id, { racks: 'staging', apps: 'web' }),
    patterns: await bind('user', ann.id, { racks: 'stag*', apps: 'w*' }),
    otherApp: await bind('user', ann.id, { racks: 'staging', apps: 'web-*' }),
    otherRack: await bind('user', ann.id, { racks: 'production', apps: 'web', allowUnknownRacks: true }),
  }
  const found = (await accessTo('web')).filter(({ subject }) => subject.id === ann.id).map(({ binding }) => binding)
  expect(found.toSorted()).toEqual([made.exact, made.patterns].toSorted())
  expect((await rowOf(made.otherApp, 'web-1'))?.allows).toContain('app:read')
  expect((await rowOf(made.otherRack, 'web', 'production'))?.allows).toContain('app:read')
})

test('a role that concerns no app is not listed, and neither are its permissions for the gateway', async () => {
  const rows = await accessTo('web')
  expect(rows.some(({ role }) => role === 'auditor')).toBe(false)
  const own = rows.find(({ subject }) => subject.id === admin.id)
  expect(own?.allows).toEqual(expect.arrayContaining(['release:promote', 'app:delete', 'secret:read']))
  expect(own?.allows.filter((one) => /^(gateway|rack|instance|registry):/.test(one))).toEqual([])
})

test('each row has what the policy decides for a call', async () => {
  for (const role of ['viewer', 'ops', 'deployer']) {
    const user = await createUser(system, role, { racks: 'staging', apps: 'web' })
    const [row] = (await accessTo('web')).filter(({ subject }) => subject.id === user.id)
    const calls = [
      ['release:promote', 'POST /apps/{app}/releases/{id}/promote'],
      ['service:restart', 'POST /apps/{app}/services/{service}/restart'],
      ['app:read', 'GET /apps/{app}'],
      ['app:delete', 'DELETE /apps/{app}'],
    ] as const
    const response = await call(system, user.token, 'POST', '/policy/decisions', {
      rack: 'staging',
      calls: calls.map(([, route]) => ({ route, app: 'web' })),
    })
    for (const [at, [permission]] of calls.entries())
      expect([role, permission, row?.allows.includes(permission)]).toEqual([
        role,
        permission,
        response.text(`decisions.${at}.decision.effect`) !== 'deny',
      ])
  }
})

test('groups, service accounts, API tokens, and trusts, with what each is through', async () => {
  const member = await createUser(system, null)
  await system.sql`update gateway.users set groups = ${['platform']} where id = ${member.id}`
  const ofGroup = await bind('group', 'platform', { role: 'ops' })
  const ofEmptyGroup = await bind('group', 'nobody here', { role: 'ops' })
  const { id: account } = (await ask('POST', '/service-accounts', { name: 'deploys' })).json as { id: string }
  const ofAccount = await bind('service-account', account, { role: 'deployer' })
  const { trust } = await pipelines.job('ci')
  expect(await rowOf(ofGroup)).toMatchObject({ subject: { kind: 'user', id: member.id }, group: 'platform' })
  expect(await rowOf(ofEmptyGroup)).toMatchObject({ subject: { kind: 'group', name: 'nobody here' } })
  expect((await rowOf(ofAccount))?.allows).toContain('release:promote')
  const job = (await accessTo('web')).find(({ subject }) => subject.id === trust)
  expect(job).toMatchObject({ subject: { kind: 'trust' }, role: 'ci', lastUsedAt: expect.any(String) })
  expect(job?.allows).toContain('build:create')
})

test('an API token has only the permissions that its owner has, too', async () => {
  const owner = await createUser(system, null)
  await bind('user', owner.id, { role: 'viewer', apps: 'web' })
  const onWeb = await bind('user', owner.id, { role: 'deployer', racks: 'staging', apps: 'web' })
  const issue = async (name: string, terms: object) => {
    const response = await call(system, owner.token, 'POST', '/tokens', { name, ...terms })
    expect(response.status).toBe(201)
    return response.text('id')
  }
  const token = await issue('ci', { role: 'deployer', racks: 'staging', apps: 'web' })
  const logs = await issue('logs', { permissions: ['log:read', 'app:read'], racks: 'staging', apps: 'web' })
  const rows = async () =>
    (await accessTo('web')).filter(({ subject }) => [token, logs].includes(subject.id)).map((row) => row)
  expect((await rows()).map(({ subject, allows }) => [subject.name, allows.includes('release:promote')])).toEqual([
    ['ci', true],
    ['logs', false],
  ])
  expect((await rows())[1]).toMatchObject({ allows: ['app:read', 'log:read'], subject: { owner: owner.email } })
  await ask('DELETE', `/bindings/${onWeb}`)
  expect((await rows())[0]?.allows).toEqual(expect.arrayContaining(['app:read']))
  expect((await rows())[0]?.allows).not.toContain('release:promote')
  expect(await rows()).toHaveLength(2)
})

test('an API token that is valid for another rack, and one whose owner has no role here, give nothing', async () => {
  const owner = await createUser(system, 'deployer')
  const issued = await system.issuer.issueApiToken({
    name: 'bound',
    owner: { kind: 'user', email: owner.email },
    role: 'deployer',
    rack: 'production',
    expiresAt: Date.now() + 3_600_000,
  })
  const found = async () => (await accessTo('web')).filter(({ subject }) => subject.id === issued.id)
  expect(await found()).toEqual([])
  const [row] = (await accessTo('web', { rack: 'production' })).filter(({ subject }) => subject.id === issued.id)
  expect(row).toMatchObject({ rack: 'production', inactive: null })
  await system.sql`delete from gateway.bindings where subject_id = ${owner.id}`
  const [now] = (await accessTo('web', { rack: 'production' })).filter(({ subject }) => subject.id === issued.id)
  expect(now).toMatchObject({
    allows: [],
    inactive: 'The owner does not have these permissions here, so the token does not have them either.',
  })
})

test('conditions of a role count: on the day, the caller, and the app, but not on the address', async () => {
  const user = await createUser(system, null)
  const day = await bind('user', user.id, { role: 'weekday' })
  const office = await bind('user', user.id, { role: 'from-office' })
  const pipeline = await bind('user', user.id, { role: 'pipelines-only' })
  const web = await bind('user', user.id, { role: 'web-only' })
  expect(await rowOf(day)).toMatchObject({ allows: [], inactive: expect.stringMatching(/\.$/) })
  expect((await rowOf(day))?.conditions).toMatchObject([{ time: [{ days: [otherDay], zone: 'UTC' }] }])
  expect((await rowOf(office))?.allows).toContain('release:promote')
  expect((await rowOf(office))?.conditions).toEqual([{ addresses: ['192.0.2.0/24'] }])
  expect(await rowOf(pipeline)).toMatchObject({ allows: [], inactive: expect.stringMatching(/\.$/) })
  expect((await rowOf(web))?.allows).toContain('release:promote')
  expect((await rowOf(web, 'other'))?.allows).toEqual([])
})

test('locked users and expired bindings', async () => {
  const user = await createUser(system, null)
  const staying = await bind('user', user.id)
  const ending = await bind('user', user.id, { role: 'ops', expiresAt: new Date(Date.now() + 60_000).toISOString() })
  await ask('POST', `/users/${user.id}/lock`, { reason: 'left' })
  clock.ahead = 61_000
  expect(await rowOf(staying)).toMatchObject({ allows: [], inactive: 'The user is locked.' })
  expect(await rowOf(ending)).toBeUndefined()
  clock.ahead = 0
})

test('what a user can do where: own bindings, bindings of groups, and API tokens, each with why', async () => {
  const user = await createUser(system, null)
  await system.sql`update gateway.users set groups = ${['operators']} where id = ${user.id}`
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString()
  const own = await bind('user', user.id, { role: 'deployer', racks: 'staging', apps: 'web-*', expiresAt, reason: 'x' })
  const ofGroup = await bind('group', 'operators', { role: 'auditor' })
  const token = await call(system, user.token, 'POST', '/tokens', {
    name: 'nightly',
    role: 'deployer',
    racks: 'staging',
    apps: 'web-*',
    expiresAt,
  })
  expect(token.status).toBe(201)
  const other = await createUser(system, 'deployer')
  const rows = await accessOf(user.id)
  expect(rows.map(({ subject }) => subject.id).includes(other.id)).toBe(false)
  const byBinding = (id: string) => rows.find(({ binding }) => binding === id)
  expect(byBinding(own)).toMatchObject({
    role: 'deployer',
    racks: 'staging',
    apps: 'web-*',
    expiresAt,
    endsAt: expiresAt,
  })
  expect(byBinding(own)?.allows).toContain('release:promote')
  expect(byBinding(ofGroup)).toMatchObject({ group: 'operators', grantedBy: { email: admin.email } })
  expect(byBinding(ofGroup)?.allows).toContain('gateway:audit:read')
  expect(rows.find(({ subject }) => subject.kind === 'api-token')).toMatchObject({
    subject: { name: 'nightly', owner: user.email },
    inactive: null,
    expiresAt: null,
    endsAt: token.text('expiresAt'),
  })
  expect(rows).toHaveLength(3)
})

test('pages have each row exactly once, whatever their size', async () => {
  const keys = (rows: readonly GrantedAccess[]) => rows.map(({ subject, binding }) => `${subject.id} ${binding}`)
  const all = await accessTo('web')
  expect(all.length).toBeGreaterThan(8)
  for (const limit of [1, 3]) expect(keys(await accessTo('web', { limit }))).toEqual(keys(all))
  const user = await createUser(system, null)
  for (const apps of ['a', 'b', 'c', 'd', 'e']) await bind('user', user.id, { apps })
  const ofUser = await accessOf(user.id)
  expect(ofUser).toHaveLength(5)
  expect(keys(await accessOf(user.id, 2))).toEqual(keys(ofUser))
})

test.each(['%', '_', '\\', "'; drop table gateway.bindings; --", '*', 'ü\u202e'])(
  'the name %s is only a name',
  async (name) => {
    const exact = (rows: readonly GrantedAccess[]) => rows.filter(({ apps }) => apps !== '*')
    expect(exact(await accessTo(name))).toEqual([])
    expect((await accessTo(name)).some(({ subject }) => subject.id === admin.id)).toBe(true)
  },
)

test.each([
  '/app-access',
  '/app-access?rack=staging',
  '/app-access?rack=staging&app=',
  '/app-access?rack=staging&app=a&cursor=x',
  '/app-access?rack=staging&app=a%00',
])('is 400: %s', async (path) => {
  expect((await ask('GET', path)).status).toBe(400)
})

test('an unknown user is 404, and a read is recorded with its subject', async () => {
  expect((await ask('GET', `/users/${someId()}/access`)).status).toBe(404)
  await accessTo('web')
  await accessOf(admin.id)
  const reads = (await system.events()).filter(({ kind }) => kind === 'access-review.read')
  expect(reads).toContainEqual(expect.objectContaining({ rack: 'staging', app: 'web', detail: { page: 'first' } }))
  expect(reads).toContainEqual(expect.objectContaining({ detail: { user: admin.id, page: 'first' } }))
})

test('a deployer, and a viewer of one app, cannot see who can access it', async () => {
  for (const role of ['deployer', 'viewer', 'ops']) {
    const { token, id } = await createUser(system, role, { racks: 'staging', apps: 'web' })
    for (const path of ['/app-access?rack=staging&app=web', `/users/${id}/access`])
      expect((await call(system, token, 'GET', path)).status).toBe(403)
  }
})
