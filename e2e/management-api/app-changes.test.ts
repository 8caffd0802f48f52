import type { AppChange, LastChanges } from '@rack-gateway/gateway-api'
import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type System, startSystem } from '../support/gateway/system.ts'
import { createUser, credential, type TestUser } from './callers.ts'

let system: System
let deployer: TestUser
let viewer: TestUser
beforeAll(async () => {
  system = await startSystem({ rackNames: ['staging', 'production'], publicUrl: 'own' })
  deployer = await createUser(system, 'deployer')
  viewer = await createUser(system, 'viewer', { racks: 'staging', apps: 'myapp' })
})
afterAll(() => system.stop())

const form = ['Content-Type: application/x-www-form-urlencoded']
async function change(method: string, path: string, body = '', token = deployer.token): Promise<string> {
  const { status, error, json } = await system.send(method, `/rack/staging/apps/${path}`, token, body, form)
  expect([status, error]).toEqual([200, expect.anything()])
  return (json as { id?: string } | null)?.id ?? ''
}
async function last(query: string, token = viewer.token): Promise<LastChanges> {
  const response = await call(system, token, 'GET', `/last-changes?rack=staging&${query}`)
  expect([response.status, response.json]).toEqual([200, expect.anything()])
  return response.json as LastChanges
}
async function lastOf(app: string, token = viewer.token): Promise<AppChange | null | undefined> {
  return (await last(`app=${app}`, token)).apps[0]?.last
}
async function timeline(query: string, token = viewer.token): Promise<{ items: AppChange[]; next: string | null }> {
  const response = await call(system, token, 'GET', `/app-changes?rack=staging&${query}`)
  expect(response.status).toBe(200)
  return response.json as { items: AppChange[]; next: string | null }
}

test('the last successful change and its principal are shown to a caller who sees the app but not the audit log', async () => {
  expect((await call(system, viewer.token, 'GET', '/audit/events')).status).toBe(403)
  await change('PUT', 'myapp/services/web?', 'count=2')
  const found = await lastOf('myapp')
  expect(found).toMatchObject({
    principal: { kind: 'user', id: deployer.id, name: deployer.email },
    route: 'PUT /apps/{app}/services/{service}',
    service: 'web',
    release: null,
  })
  const event = (await system.events()).findLast(({ kind }) => kind === 'outcome')
  expect(found).toMatchObject({ id: event?.id, at: event?.at, request: event?.request })
})

test('reads, denied changes, and changes that the rack rejects are not included', async () => {
  await change('PUT', 'myapp?', 'lock=true')
  const before = await lastOf('myapp')
  expect(before?.route).toBe('PUT /apps/{app}')
  expect((await system.get('/rack/staging/apps/myapp?', deployer.token)).status).toBe(200)
  expect((await system.send('DELETE', '/rack/staging/apps/myapp?', deployer.token)).status).toBe(403)
  system.racks.staging?.failNext(/^PUT/, { kind: 'answer', status: 422, body: '{"error":"no"}' })
  const rejected = await system.send('PUT', '/rack/staging/apps/myapp?', deployer.token, 'lock=false', form)
  expect(rejected.status).toBe(422)
  system.racks.staging?.failNext(/^PUT/, { kind: 'reset-after-effect' })
  const unclear = await system.send('PUT', '/rack/staging/apps/myapp?', deployer.token, 'lock=false', form)
  expect(unclear.status).toBe(502)
  expect(await lastOf('myapp')).toEqual(before)
})

test('each release has its creator and its promoter, and each build its creator', async () => {
  const [creator, promoter] = [deployer, await createUser(system, 'admin')]
  const release = await change('POST', 'myapp/releases?', 'env=FOO%3D1', creator.token)
  const other = await change('POST', 'myapp/releases?', 'env=FOO%3D2', creator.token)
  await change('POST', `myapp/releases/${release}/promote?`, '', promoter.token)
  const build = await change(
    'POST',
    'myapp/builds?',
    `url=${encodeURIComponent('object://myapp/tmp/x.tgz')}`,
    promoter.token,
  )
  const found = await last(`app=myapp&release=${release}&release=${other}&release=RUNKNOWN&build=${build}&build=BNONE`)
  const by = (one: AppChange | null | undefined) => one?.principal.name
  expect(found.releases.map((one) => [one.release, by(one.created), by(one.promoted)])).toEqual([
    [release, creator.email, promoter.email],
    [other, creator.email, undefined],
    ['RUNKNOWN', undefined, undefined],
  ])
  expect(found.releases[0]?.promoted).toMatchObject({ release, route: 'POST /apps/{app}/releases/{id}/promote' })
  expect(found.builds.map((one) => [one.build, by(one.created)])).toEqual([
    [build, promoter.email],
    ['BNONE', undefined],
  ])
  expect(found.complete).toBe(true)
})

test('an app that the caller cannot see is as one that does not exist', async () => {
  await change('PUT', 'otherapp/services/web?', 'count=2')
  expect(await lastOf('otherapp', deployer.token)).not.toBeNull()
  const withoutTime = ({ since: _, ...rest }: LastChanges) => JSON.stringify(rest)
  const hidden = withoutTime(await last('app=otherapp&release=R1&build=B1'))
  expect(hidden.replaceAll('otherapp', 'no-such')).toBe(withoutTime(await last('app=no-such&release=R1&build=B1')))
  expect(await timeline('app=otherapp')).toEqual({ items: [], next: null })
  expect(await timeline('app=no-such')).toEqual({ items: [], next: null })
  const stray = await call(system, viewer.token, 'GET', '/app-changes?rack=production&app=myapp')
  expect(stray.json).toEqual({ items: [], next: null })
  for (const role of ['nothing', 'auditor'])
    expect((await timeline('app=myapp', await credential(system, role, 'session'))).items).toEqual([])
  const bound = await createUser(system, 'viewer', { rack: 'production' })
  expect(await lastOf('myapp', bound.token)).toBeNull()
})

test('several apps in one call, each once per mention, in the order of the question', async () => {
  const { apps } = await last('app=otherapp&app=myapp&app=no-such&app=myapp', deployer.token)
  expect(apps.map(({ app, last: one }) => [app, one === null])).toEqual([
    ['otherapp', false],
    ['myapp', false],
    ['no-such', true],
    ['myapp', false],
  ])
})

test('the timeline is paged, newest first, without repeats', async () => {
  for (let count = 1; count <= 5; count++) await change('PUT', 'myapp/services/web?', `count=${count}`)
  const all = (await timeline('app=myapp&limit=200')).items
  const seen: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const page = await timeline(`app=myapp&limit=2${cursor && `&cursor=${cursor}`}`)
    seen.push(...page.items.map(({ id }) => id))
    cursor = page.next
  }
  expect(seen).toEqual(all.map(({ id }) => id))
  expect(all.map(({ at }) => at)).toEqual(
    all
      .map(({ at }) => at)
      .toSorted()
      .reverse(),
  )
  const { next } = await timeline('app=myapp&limit=2')
  const foreign = await call(system, deployer.token, 'GET', `/app-changes?rack=staging&app=otherapp&cursor=${next}`)
  expect(foreign.status).toBe(400)
})

test.each([
  'rack=staging',
  'app=myapp',
  'rack=staging&app=',
  `rack=staging&${Array.from({ length: 101 }, (_, at) => `app=a${at}`).join('&')}`,
  'rack=staging&app=a&app=b&release=R1',
  'rack=staging&app=a&app=b&build=B1',
  'rack=staging&app=a&other=x',
  'rack=staging&app=a%00',
])('is 400: ?%s', async (query) => {
  expect((await call(system, viewer.token, 'GET', `/last-changes?${query}`)).status).toBe(400)
})

test.each(['"', '\\', '{}', "'; drop table audit.events; --", 'a,b', '","', 'ü\u202e'])(
  'the name %s is only a name',
  async (name) => {
    const admin = (await createUser(system, 'admin')).token
    const found = await last(`app=${encodeURIComponent(name)}&app=myapp`, admin)
    expect(found.apps.map(({ app, last: one }) => [app, one === null])).toEqual([
      [name, true],
      ['myapp', false],
    ])
  },
)
