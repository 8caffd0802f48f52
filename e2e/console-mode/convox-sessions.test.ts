import { callManagementApi } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type System, startSystem } from '../support/gateway/system.ts'
import { callInConsoleMode, listHeaders, rackHeaders } from './console-calls.ts'

const day = 86_400_000

let system: System
let time: number
let session: string
beforeAll(async () => {
  time = Date.now()
  system = await startSystem({ rackNames: ['staging', 'production'], now: () => time })
})
beforeEach(async () => {
  session = await system.token('deployer')
})
afterAll(() => system.stop())

const create = (token: string, body: object = { device: 'ada-laptop' }) =>
  callManagementApi(system, token, 'POST', '/session/convox', body)

test('a session of the stock CLI is for the same user, for a day at most, and recorded', async () => {
  const created = await create(session)
  expect([created.status, created.json]).toEqual([
    201,
    {
      id: expect.any(String),
      token: expect.stringMatching(/^rgs_/),
      expiresAt: expect.any(String),
      organization: 'gateway',
    },
  ])
  expect(Date.parse(created.text('expiresAt'))).toBeLessThanOrEqual(time + day)
  expect(await system.lastEvent()).toMatchObject({
    kind: 'session.issued',
    detail: { session: created.text('id'), device: 'convox on ada-laptop', email: 'deployer@example.com' },
  })
  const racks = await callInConsoleMode(system, 'GET /racks', created.text('token'), listHeaders)
  expect(racks.json).toHaveLength(2)
  const apps = await callInConsoleMode(system, 'GET /apps', created.text('token'), rackHeaders('gateway/staging'))
  expect(apps.status).toBe(200)
})

test('it is listed with its own device, and can be revoked by itself', async () => {
  const created = await create(session)
  const list = await callManagementApi(system, session, 'GET', '/sessions')
  expect(list.texts('device')).toContain('convox on ada-laptop')
  expect((await callManagementApi(system, session, 'DELETE', `/sessions/${created.text('id')}`)).status).toBe(200)
  await expect
    .poll(async () => (await callInConsoleMode(system, 'GET /auth', created.text('token'))).json)
    .toMatchObject({ rule: 'ended-session' })
  expect((await system.get('/rack/staging/apps', session)).status).toBe(200)
})

test('it can neither be renewed nor create another one', async () => {
  const { text } = await create(session)
  for (const path of ['/session/renewal', '/session/convox']) {
    const body = path === '/session/convox' ? { device: 'x' } : undefined
    const response = await callManagementApi(system, text('token'), 'POST', path, body)
    expect([response.status, response.json]).toMatchObject([403, { rule: 'convox-session' }])
  }
  time += day
  const late = await callInConsoleMode(system, 'GET /racks', text('token'), listHeaders)
  expect([late.status, late.json]).toMatchObject([401, { rule: 'expired-token' }])
})

test('the session can create no credential and grant no role, whatever its user can do', async () => {
  const admin = await system.token('admin')
  const own = await callManagementApi(system, admin, 'GET', '/me')
  const { text } = await create(admin)
  const changes: readonly [string, object][] = [
    ['/tokens', { name: 'escape', role: 'admin', lifetimeSeconds: 31_536_000 }],
    ['/bindings', { subject: { kind: 'user', id: own.text('id') }, role: 'viewer' }],
    ['/service-accounts', { name: 'escape' }],
  ]
  for (const [path, body] of changes) {
    const denied = await callManagementApi(system, text('token'), 'POST', path, body)
    expect([path, denied.status, denied.json]).toMatchObject([path, 403, { rule: 'convox-session' }])
  }
  const list = await callManagementApi(system, admin, 'GET', '/tokens')
  expect(list.texts('name')).not.toContain('escape')
})

test('it does not outlive the last login by more than a session can', async () => {
  const { token } = await system.issuer.issueSession({
    email: 'deployer@example.com',
    device: 'test',
    expiresAt: time + 90 * day,
  })
  time += 90 * day - 60_000
  const { text } = await create(token)
  expect(Date.parse(text('expiresAt')) - time).toBeLessThanOrEqual(60_000)
})

test('a rack-bound session creates a session for the same rack', async () => {
  const { text } = await create(await system.token('admin', { rack: 'staging' }))
  const racks = await callInConsoleMode(system, 'GET /racks', text('token'), listHeaders)
  expect(racks.json).toMatchObject([{ name: 'staging' }])
  const other = await callInConsoleMode(system, 'GET /apps', text('token'), rackHeaders('gateway/production'))
  expect(other.status).toBe(400)
})

test('an API token cannot create a session', async () => {
  const response = await create(await system.pipelineToken())
  expect([response.status, response.json]).toMatchObject([403, { rule: 'people-only' }])
})

test.each([{}, { device: '' }, { device: 'a<b' }, { device: 'x', days: 9 }])('%j is refused', async (body) => {
  expect((await create(session, body)).status).toBe(400)
})
