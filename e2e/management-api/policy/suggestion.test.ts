import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type System, startSystem } from '../../support/gateway/system.ts'
import { createUser, type TestUser } from '../callers.ts'

let system: System
let auditor: TestUser
let deployer: TestUser
beforeAll(async () => {
  system = await startSystem({ rackNames: ['staging', 'production'] })
  auditor = await createUser(system, 'auditor')
  deployer = await createUser(system, 'deployer')
  await system.send('GET', '/rack/staging/apps/myapp/processes?', deployer.token)
  await system.send('POST', '/rack/staging/apps/myapp/releases/R1/promote?', deployer.token)
  await system.send('GET', '/rack/production/apps/myapp/processes?', deployer.token)
})
afterAll(() => system.stop())

const suggest = (body: object, token = auditor.token) =>
  call(system, token, 'POST', '/policy/suggestion', JSON.stringify(body))

test('a suggestion has the files and a summary of the calls of one rack, and its request is recorded', async () => {
  const response = await suggest({ since: '1h', rack: 'staging' })
  expect(response.status).toBe(200)
  expect(response.text('files.policy')).toContain('version: 1')
  expect(response.text('files.bindings')).toContain(`--user ${deployer.email} --racks staging --apps myapp`)
  expect(response.text('files.bindings')).not.toContain('production')
  expect(response.text('denied')).toBe('0')
  const event = (await system.events()).findLast(({ kind }) => kind === 'policy.studied')
  expect(event).toMatchObject({ principal: { id: auditor.id }, detail: { rack: 'staging' } })
})

test('what observe mode allowed is empty while nothing was observed', async () => {
  const response = await call(system, auditor.token, 'GET', '/policy/would-be?since=1h')
  expect(response.json).toMatchObject({ calls: 3, rows: [], resolved: 0, cut: null })
})

test('a deployer, and an unknown rack, are refused', async () => {
  expect((await suggest({ since: '1h' }, deployer.token)).status).toBe(403)
  expect((await call(system, deployer.token, 'GET', '/policy/would-be?since=1h')).status).toBe(403)
  expect((await suggest({ since: '1h', rack: 'nowhere' })).status).toBe(400)
})
