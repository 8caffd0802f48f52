import type { RackActivity } from '@rack-gateway/gateway-api'
import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { type System, startSystem } from '../support/gateway/system.ts'
import { createUser } from './callers.ts'

let system: System
beforeAll(async () => {
  system = await startSystem({ rackNames: ['staging', 'production'], publicUrl: 'own' })
})
afterAll(() => system.stop())

/** A gateway counts for everyone at most every five seconds, so each test that counts anew asks another one. */
async function activityAt(url: string, token: string): Promise<RackActivity> {
  const response = await call({ url, host: new URL(system.url).host }, token, 'GET', '/rack-activity')
  expect(response.status).toBe(200)
  return response.json as RackActivity
}
async function freshGateway(): Promise<string> {
  const replica = await system.replica()
  onTestFinished(() => replica.stop())
  return replica.url
}
const rackOf = (activity: RackActivity, name: string) => activity.racks.find((rack) => rack.name === name)
const everyone = (count: number) => ({ count, of: 'everyone' })
const caller = (count: number) => ({ count, of: 'caller' })

test('each caller gets the counts that their roles allow, and their own otherwise', async () => {
  const deployer = await createUser(system, 'deployer', { racks: 'staging' })
  const narrow = await createUser(system, 'viewer', { racks: 'staging', apps: 'myapp' })
  for (let count = 0; count < 3; count++) await system.get('/rack/staging/apps?', deployer.token)
  expect((await system.send('DELETE', '/rack/staging/apps/myapp?', deployer.token)).status).toBe(403)
  await system.get('/rack/staging/apps/myapp?', narrow.token)
  expect((await system.send('DELETE', '/rack/staging/apps/myapp?', narrow.token)).status).toBe(403)
  const url = await freshGateway()

  const auditor = await createUser(system, 'auditor')
  const read = await activityAt(url, auditor.token)
  expect(read).toEqual({ since: expect.stringMatching(/Z$/), racks: expect.any(Array), complete: true })
  expect(read.racks).toEqual([
    { name: 'production', requests: everyone(0), denied: everyone(0), live: everyone(0) },
    { name: 'staging', requests: everyone(6), denied: everyone(2), live: everyone(0) },
  ])
  expect((await activityAt(url, deployer.token)).racks).toEqual([
    { name: 'staging', requests: everyone(6), denied: caller(1), live: caller(0) },
  ])
  expect((await activityAt(url, narrow.token)).racks).toEqual([
    { name: 'staging', requests: caller(2), denied: caller(1), live: caller(0) },
  ])
  expect((await activityAt(url, (await createUser(system, null)).token)).racks).toEqual([])
})

test('an outcome is not a second request', async () => {
  const deployer = await createUser(system, 'deployer', { racks: 'production', apps: 'otherapp' })
  const form = ['Content-Type: application/x-www-form-urlencoded']
  const path = '/rack/production/apps/otherapp/services/web?'
  expect((await system.send('PUT', path, deployer.token, 'count=2', form)).status).toBe(200)
  expect(rackOf(await activityAt(system.url, deployer.token), 'production')).toMatchObject({ requests: caller(1) })
})

test('counts live calls of other users only for a caller with the permission to list them', async () => {
  const admin = await createUser(system, 'admin')
  const deployer = await createUser(system, 'deployer')
  const socket = await openWebSocket(`${system.url}/rack/staging/apps/myapp/logs`, admin.token, {})
  onTestFinished(async () => {
    socket.close()
    await socket.closed()
  })
  const live = async (token: string) => rackOf(await activityAt(system.url, token), 'staging')?.live
  await expect.poll(() => live(admin.token)).toEqual(everyone(1))
  expect(await live(deployer.token)).toEqual(caller(0))
})
