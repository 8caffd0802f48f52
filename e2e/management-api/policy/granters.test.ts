import type { ResponseOf } from '@rack-gateway/gateway-api'
import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type System, startSystem } from '../../support/gateway/system.ts'

let system: System
let admin: string
beforeAll(async () => {
  system = await startSystem({ rackNames: ['staging', 'production'] })
  admin = await system.token('admin', { email: 'root@example.com' })
})
afterAll(() => system.stop())

async function granters(query: string) {
  const { status, json } = await call(system, admin, 'GET', `/policy/granters?${query}`)
  expect(status).toBe(200)
  const { items, complete } = json as ResponseOf<'listGranters'>
  return { ...Object.fromEntries(items.map(({ role, users }) => [role, users.map(({ email }) => email)])), complete }
}

test('users who can grant a role are listed, and neither those with too little, nor locked ones', async () => {
  await system.token('deployer', { email: 'deployer@example.com' })
  await system.token('admin', { email: 'gone@example.com' })
  const partly = await system.token('viewer', { email: 'partly@example.com' })
  const id = (await call(system, partly, 'GET', '/me')).text('id')
  await system.issuer.addBinding({ kind: 'user', id }, { role: 'admin', racks: 'staging' })
  await system.sql`update gateway.users set locked_at = now(), locked_reason = 'left' where email = 'gone@example.com'`
  const root = ['root@example.com']
  expect(await granters('role=deployer&role=admin')).toEqual({ deployer: root, admin: root, complete: true })
  expect(await granters('role=deployer&rack=staging&app=myapp')).toEqual({ deployer: root, complete: true })
  expect(await granters('role=nonexistent')).toEqual({ nonexistent: [], complete: true })
})

test('an administrator through a group is listed, too', async () => {
  const token = await system.token('viewer', { email: 'member@example.com' })
  const id = (await call(system, token, 'GET', '/me')).text('id')
  await system.sql`update gateway.users set groups = '{admins}' where id = ${id}`
  await system.issuer.addBinding({ kind: 'group', id: 'admins' }, { role: 'admin' })
  expect(await granters('role=admin')).toEqual({ admin: ['member@example.com', 'root@example.com'], complete: true })
})

test('a person who cannot list users learns nothing', async () => {
  const viewer = await system.token('viewer', { email: 'viewer@example.com' })
  const response = await call(system, viewer, 'GET', '/policy/granters?role=admin')
  expect(response).toMatchObject({ status: 403, json: { rule: 'no-permission', permission: 'gateway:user:write' } })
  expect(response.body).not.toContain('@example.com')
})
