import type { OwnApps, OwnChange } from '@rack-gateway/gateway-api'
import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type System, startSystem } from '../support/gateway/system.ts'
import { createUser, credential, type TestUser } from './callers.ts'

let system: System
let ann: TestUser
let bob: TestUser
beforeAll(async () => {
  system = await startSystem({ rackNames: ['staging', 'production'], publicUrl: 'own' })
  ann = await createUser(system, 'deployer')
  bob = await createUser(system, 'deployer', { racks: 'staging', apps: 'myapp' })
})
afterAll(() => system.stop())

const form = ['Content-Type: application/x-www-form-urlencoded']
async function change(method: string, path: string, body: string, token: string): Promise<string> {
  const { status, json } = await system.send(method, `/rack/${path}`, token, body, form)
  expect(status).toBe(200)
  return (json as { id?: string } | null)?.id ?? ''
}
const scale = (path: string, token: string, count: number) =>
  change('PUT', `${path}/services/web?`, `count=${count}`, token)
async function promote(path: string, token: string): Promise<void> {
  const release = await change('POST', `${path}/releases?`, 'env=FOO%3D1', token)
  await change('POST', `${path}/releases/${release}/promote?`, '', token)
}
async function ownApps(token: string): Promise<OwnApps> {
  const response = await call(system, token, 'GET', '/own-apps')
  expect(response.status).toBe(200)
  return response.json as OwnApps
}
async function ownChanges(token: string, query = ''): Promise<{ items: OwnChange[]; next: string | null }> {
  const response = await call(system, token, 'GET', `/own-changes?${query}`)
  expect(response.status).toBe(200)
  return response.json as { items: OwnChange[]; next: string | null }
}
const names = ({ apps }: OwnApps) => apps.map(({ rack, app }) => `${rack}/${app}`)

test('own changes are those of the caller alone, newest first, in pages without repeats', async () => {
  for (const count of [2, 3, 4]) await scale('staging/apps/myapp', ann.token, count)
  await scale('production/apps/otherapp', ann.token, 2)
  await scale('staging/apps/myapp', bob.token, 5)
  const all = (await ownChanges(ann.token)).items
  expect(all.map(({ rack, app, service }) => [rack, app, service])).toEqual([
    ['production', 'otherapp', 'web'],
    ['staging', 'myapp', 'web'],
    ['staging', 'myapp', 'web'],
    ['staging', 'myapp', 'web'],
  ])
  expect(JSON.stringify(all)).not.toContain(bob.email)
  const seen: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const page = await ownChanges(ann.token, `limit=3${cursor && `&cursor=${cursor}`}`)
    seen.push(...page.items.map(({ id }) => id))
    cursor = page.next
  }
  expect(seen).toEqual(all.map(({ id }) => id))
  const { next } = await ownChanges(ann.token, 'limit=1')
  expect((await call(system, bob.token, 'GET', `/own-changes?cursor=${next}`)).status).toBe(400)
})

test('denied changes, and changes that the rack rejects, are not own changes', async () => {
  const before = await ownChanges(bob.token)
  expect((await system.send('DELETE', '/rack/staging/apps/myapp?', bob.token)).status).toBe(403)
  expect((await system.send('PUT', '/rack/production/apps/myapp?', bob.token, 'lock=true', form)).status).toBe(403)
  system.racks.staging?.failNext(/^PUT/, { kind: 'answer', status: 422, body: '{"error":"no"}' })
  expect((await system.send('PUT', '/rack/staging/apps/myapp?', bob.token, 'lock=false', form)).status).toBe(422)
  expect(await ownChanges(bob.token)).toEqual(before)
})

test('own apps are those that the caller changed, then those that the caller can change', async () => {
  await promote('staging/apps/myapp', bob.token)
  await promote('production/apps/otherapp', ann.token)
  const carol = await createUser(system, 'deployer')
  expect(names(await ownApps(carol.token))).toEqual(['production/otherapp', 'staging/myapp'])
  await scale('staging/apps/myapp', carol.token, 2)
  const found = await ownApps(carol.token)
  expect(found).toEqual({
    apps: [
      {
        rack: 'staging',
        app: 'myapp',
        canChange: true,
        lastOwnChange: expect.stringMatching(/Z$/),
        lastPromotion: { at: expect.stringMatching(/Z$/), by: bob.email },
      },
      {
        rack: 'production',
        app: 'otherapp',
        canChange: true,
        lastOwnChange: null,
        lastPromotion: { at: expect.stringMatching(/Z$/), by: ann.email },
      },
    ],
  })
})

test('a caller learns nothing about an app that they cannot see', async () => {
  await scale('staging/apps/otherapp', ann.token, 2)
  expect(names(await ownApps(ann.token))).toContain('staging/otherapp')
  const response = await call(system, bob.token, 'GET', '/own-apps')
  expect(names(response.json as OwnApps)).toEqual(['staging/myapp'])
  expect(response.body).not.toContain('otherapp')
  expect(response.body).not.toContain('production')
  expect(response.body).not.toContain(ann.email)
})

test('a viewer has the apps that they can see, and a viewer of one app only that one', async () => {
  const viewer = await createUser(system, 'viewer')
  expect((await ownApps(viewer.token)).apps).toMatchObject([
    { app: 'otherapp', canChange: false, lastOwnChange: null, lastPromotion: { by: ann.email } },
    { app: 'myapp', canChange: false, lastOwnChange: null, lastPromotion: { by: bob.email } },
    { rack: 'staging', app: 'otherapp', lastPromotion: null },
  ])
  const narrow = await createUser(system, 'viewer', { racks: 'staging', apps: 'myapp' })
  expect(names(await ownApps(narrow.token))).toEqual(['staging/myapp'])
})

test('an app that the caller changed, and cannot see any more, is missing', async () => {
  const dave = await createUser(system, 'viewer', { racks: 'production' })
  const { id } = await system.issuer.user(dave.email)
  const binding = await system.issuer.addBinding({ kind: 'user', id }, { role: 'deployer', racks: 'staging' })
  await scale('staging/apps/myapp', dave.token, 2)
  expect(names(await ownApps(dave.token))).toEqual(['staging/myapp', 'staging/otherapp', 'production/otherapp'])
  const admin = await createUser(system, 'admin')
  expect((await call(system, admin.token, 'DELETE', `/bindings/${binding}`)).status).toBe(200)
  expect(names(await ownApps(dave.token))).toEqual(['production/otherapp'])
})

test.each(['auditor', 'nothing'])('%s has no own app', async (role) => {
  expect(await ownApps(await credential(system, role, 'session'))).toEqual({ apps: [] })
})

test('a session that is valid for one rack has only the apps and changes of that rack', async () => {
  const admin = await createUser(system, 'admin')
  await scale('staging/apps/myapp', admin.token, 2)
  await scale('production/apps/otherapp', admin.token, 2)
  const { token } = await system.issuer.issueSession({
    email: admin.email,
    device: 'test',
    rack: 'staging',
    expiresAt: Date.now() + 3_600_000,
  })
  expect((await ownChanges(token)).items.map(({ rack }) => rack)).toEqual(['staging'])
  expect(names(await ownApps(token))).toEqual(['staging/myapp', 'staging/otherapp'])
})

test('the changes of an API token are not those of its owner', async () => {
  const owner = await createUser(system, 'deployer')
  const expiresAt = Date.now() + 3_600_000
  const { token } = await system.issuer.issueApiToken({
    name: 'ci',
    owner: { kind: 'user', email: owner.email },
    role: 'deployer',
    expiresAt,
  })
  await scale('staging/apps/myapp', token, 2)
  expect((await ownChanges(token)).items).toHaveLength(1)
  expect((await ownChanges(owner.token)).items).toEqual([])
})
