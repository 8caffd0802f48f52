import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type System, startSystem } from '../support/gateway/system.ts'
import { createUser } from './callers.ts'

let system: System
beforeAll(async () => {
  system = await startSystem()
})
afterAll(() => system.stop())

test('each step of a new installation is shown as done once it is done', async () => {
  const email = 'ann@example.com'
  const { id } = await system.issuer.user(email)
  await system.issuer.addBinding({ kind: 'user', id }, { role: 'admin' })
  const expiresAt = Date.now() + 3_600_000
  const session = await system.issuer.issueSession({ email, device: 'laptop', expiresAt })
  await system.sql`update gateway.sessions set device = 'browser: Firefox' where id = ${session.id}`
  const steps = async () => (await call(system, session.token, 'GET', '/setup-steps')).json

  expect(await steps()).toEqual({ terminal: false, users: false, pipeline: false })
  await createUser(system, 'viewer')
  expect(await steps()).toEqual({ terminal: false, users: true, pipeline: false })
  await system.issuer.issueApiToken({ name: 'ci', owner: { kind: 'user', email }, role: 'viewer', expiresAt })
  expect(await steps()).toEqual({ terminal: false, users: true, pipeline: true })
  await system.issuer.issueSession({ email, device: 'laptop', expiresAt })
  expect(await steps()).toEqual({ terminal: true, users: true, pipeline: true })
})
