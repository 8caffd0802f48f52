import { randomUUID } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readPolicy } from '@rack-gateway/rbac-policy/document'
import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createUser, type TestUser } from '../management-api/callers.ts'
import { type System, startSystem } from '../support/gateway/system.ts'

const day = 86_400_000
const form = ['Content-Type: application/x-www-form-urlencoded']
const restart = '/rack/staging/apps/myapp/services/web/restart?'
const documents = {
  observed: 'stepUp: { rules: { deletes: { permissions: [app:delete], require: { recent: 10m } } } }',
  later: 'roles: { viewer: { extends: [viewer], permissions: [registry:list] } }',
}

function policyFile(): string {
  const path = join(mkdtempSync(join(tmpdir(), 'would-be-')), 'policy.yaml')
  writeFileSync(path, `version: 1\n${documents.observed}\n`)
  return path
}

let system: System
let people: Record<'viewer' | 'runner' | 'deleter' | 'admin' | 'auditor', TestUser>
let token: string
/** The ID of the service account. */
let nightly: string
beforeAll(async () => {
  const observing = { racks: ['staging'], until: Date.now() + 7 * day }
  system = await startSystem({ rackNames: ['staging', 'production'], observing, policyFile: policyFile() })
  people = {
    viewer: await createUser(system, 'viewer'),
    runner: await createUser(system, 'viewer'),
    deleter: await createUser(system, 'viewer'),
    admin: await createUser(system, 'admin'),
    auditor: await createUser(system, 'auditor'),
  }
  const { viewer, runner, deleter, admin } = people
  // A role that none of the calls needs.
  await system.issuer.addBinding({ kind: 'user', id: deleter.id }, { role: 'ci' })
  nightly = await system.issuer.createServiceAccount({ name: 'nightly', binding: { role: 'viewer' } })
  const owner = { kind: 'service-account', name: 'nightly' } as const
  const issued = await system.issuer.issueApiToken({ name: 'n', owner, role: 'ops', expiresAt: Date.now() + day })
  token = issued.token
  const exec = async (words: string) => {
    const path = `${system.url}/rack/staging/apps/myapp/processes/web/exec`
    const socket = await openWebSocket(path, runner.token, { Command: words })
    await socket.readToEnd()
  }
  await system.send('POST', restart, viewer.token)
  await exec('bin/report')
  await exec('deploy --password hunter2hunter2')
  await system.send('POST', restart, token)
  for (const one of [deleter, admin]) {
    await system.send('POST', '/rack/staging/apps?', deleter.token, `name=short-${one.id.slice(0, 8)}`, form)
    await system.send('DELETE', `/rack/staging/apps/short-${one.id.slice(0, 8)}?`, one.token)
  }
  await system.get('/rack/staging/registries?', viewer.token)
  // Denied, although the rack observes, and on a rack that enforces.
  await system.send('PUT', '/rack/staging/system?', runner.token, 'count=9', form)
  await system.send('POST', '/rack/production/apps/myapp/services/web/restart?', runner.token)
  const stopped = { route: 'POST /apps/{app}/releases/{id}/promote', app: 'myapp', params: { app: 'myapp', id: 'R1' } }
  await call(system, viewer.token, 'POST', '/policy/stopped-calls', {
    id: randomUUID(),
    principal: viewer.id,
    rack: 'production',
    at: new Date().toISOString(),
    call: stopped,
  })
})
afterAll(() => system.stop())

const wouldBe = async (query = '') => call(system, people.auditor.token, 'GET', `/policy/would-be?since=1h${query}`)

test('the report has every kind of call that is denied once the policy is enforced', async () => {
  const { json } = await wouldBe()
  const { viewer, runner, deleter, admin } = people
  const row = (change: object) =>
    expect.objectContaining({ count: 1, stopped: 0, event: expect.any(String), ...change })
  const by = (id: string) => ({ principal: expect.objectContaining({ id }) })
  const { rows } = json as { readonly rows: readonly object[] }
  const expected = [
    row({ ...by(viewer.id), route: 'POST /apps/{app}/services/{service}/restart', rule: 'no-permission' }),
    row({ ...by(viewer.id), route: 'GET /registries', rule: 'no-permission' }),
    row({ ...by(runner.id), command: 'bin/report', effect: 'deny' }),
    row({ ...by(runner.id), command: expect.stringContaining('[hidden]') }),
    row({ ...by(deleter.id), route: 'DELETE /apps/{app}' }),
    row({ ...by(admin.id), route: 'DELETE /apps/{app}', effect: 'require', rule: 'step-up:rule deletes' }),
    row({
      principal: expect.objectContaining({ kind: 'api-token' }),
      route: 'POST /apps/{app}/services/{service}/restart',
      rule: 'no-permission',
    }),
    row({ ...by(viewer.id), rack: 'production', stopped: 1, rule: 'no-permission' }),
  ]
  for (const one of expected) expect(rows).toContainEqual(one)
  expect(json).toMatchObject({ hidden: 1, resolved: 0 })
  expect(rows).not.toContainEqual(expect.objectContaining({ route: 'PUT /system' }))
  expect(rows).not.toContainEqual(
    expect.objectContaining({ rack: 'production', route: 'POST /apps/{app}/services/{service}/restart' }),
  )
})

test('the report can be of one rack, and of an earlier time', async () => {
  const { json } = await wouldBe('&rack=production')
  expect(json).toMatchObject({ rows: [{ rack: 'production', stopped: 1 }] })
  const unknown = await wouldBe('&rack=nowhere')
  expect([unknown.status, unknown.body]).toEqual([400, expect.stringContaining('production, staging')])
  expect((await wouldBe('&until=30m')).json).toMatchObject({ calls: 0, rows: [] })
  expect((await wouldBe('&until=2h')).body).toContain('`until` is before `since`')
})

test('the suggestion rests on the same calls, and no denied call is a use', async () => {
  const response = await call(system, people.auditor.token, 'POST', '/policy/suggestion', { since: '1h' })
  const [policy, script] = [response.text('files.policy'), response.text('files.bindings')]
  expect(response.status).toBe(200)
  expect(policy).toContain('run: "bin/report"')
  expect(policy).not.toContain('hunter2')
  expect(policy).toContain('These commands contained a secret')
  const { viewer, runner, deleter, admin } = people
  expect(script).toContain(`bindings create --if-missing ops --user ${viewer.email} --racks staging --apps`)
  expect(script).toContain(`--user ${deleter.email} --racks staging`)
  expect(script).toContain('--service-account nightly --racks staging --apps myapp')
  expect(script).not.toContain('production')
  expect(policy).not.toContain('rack:update')
  expect(script).toContain(`# user ${admin.id}: admin on *, *\n`)
  expect(script).not.toContain(`--user ${admin.email}`)
  expect(response.json).toMatchObject({ denied: 0 })
  const lines = script.split('\n')
  const first = lines.findIndex((line) => line.startsWith('rack-gateway bindings delete'))
  expect(first).toBeGreaterThan(lines.findLastIndex((line) => line.startsWith('rack-gateway bindings create')))
  expect(lines[first - 1]).toBe(`# user ${deleter.email}: ci on *, *`)
  expect(script).toContain(`# user ${runner.email}: viewer on *, *\n`)
  expect(script).not.toContain(`${runner.email} --racks production`)
})

test('a call that the policy allows by now is resolved', async () => {
  const { document } = readPolicy(`version: 1\n${documents.observed}\n${documents.later}\n`, 'policy.yaml')
  if (document === null) throw new Error('the document is not valid')
  system.app.policy.check(document).use()
  const { json } = await wouldBe()
  expect(json).toMatchObject({ resolved: 1 })
  expect(JSON.stringify(json)).not.toContain('GET /registries')
})

test('calls of people and tokens who have the role by now are resolved', async () => {
  const restarts = async () => {
    const { rows } = (await wouldBe()).json as { rows: { route: string; principal: { kind: string } }[] }
    return rows.filter(({ route }) => route.endsWith('/restart')).map(({ principal: { kind } }) => kind)
  }
  expect((await restarts()).toSorted()).toEqual(['api-token', 'user'])
  await system.issuer.addBinding({ kind: 'user', id: people.viewer.id }, { role: 'ops' })
  expect(await restarts()).toEqual(['api-token'])
  await system.issuer.addBinding({ kind: 'service-account', id: nightly }, { role: 'ops' })
  expect(await restarts()).toEqual([])
})
