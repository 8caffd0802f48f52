import type { Notices } from '@rack-gateway/gateway-api'
import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type System, startSystem } from '../support/gateway/system.ts'
import { createUser } from './callers.ts'

let system: System
beforeAll(async () => {
  system = await startSystem({ publicUrl: 'own' })
})
afterAll(() => system.stop())

const day = 86_400_000
async function noticesOf(token: string): Promise<Notices> {
  const response = await call(system, token, 'GET', '/notices')
  expect(response.status).toBe(200)
  return response.json as Notices
}

test('lists only API tokens of the caller that expire within 14 days, the earliest expiry first', async () => {
  const [ann, bob] = [await createUser(system, 'deployer'), await createUser(system, 'deployer')]
  const issue = (email: string, name: string, days: number) =>
    system.issuer.issueApiToken({
      name,
      owner: { kind: 'user', email },
      role: 'viewer',
      expiresAt: Date.now() + days * day,
    })
  await issue(ann.email, 'weekly', 7)
  await issue(ann.email, 'nightly', 1)
  await issue(ann.email, 'yearly', 90)
  await issue(bob.email, 'of-bob', 1)
  const revoked = await issue(ann.email, 'revoked', 2)
  expect((await call(system, ann.token, 'DELETE', `/tokens/${revoked.id}`)).status).toBe(200)
  const { tokens, secondFactor } = await noticesOf(ann.token)
  expect(tokens.map(({ name }) => name)).toEqual(['nightly', 'weekly'])
  expect(secondFactor).toBeNull()
})

test('lists step-ups of the caller that a program waits for, until they are proved or expire', async () => {
  const [ann, bob] = [await createUser(system, 'deployer'), await createUser(system, 'deployer')]
  const asked = async (delivery: string) =>
    (await call(system, ann.token, 'POST', '/step-ups', { delivery })).text('id')
  const [first, second] = [await asked('callback'), await asked('callback')]
  const { stepUps } = await noticesOf(ann.token)
  expect(stepUps.map(({ id }) => id).toSorted()).toEqual([first, second].toSorted())
  expect(stepUps[0]).toMatchObject({ device: 'test', delivery: 'callback', expiresAt: expect.stringMatching(/Z$/) })
  expect((await noticesOf(bob.token)).stepUps).toEqual([])
  expect((await call(system, ann.token, 'DELETE', `/step-ups/${first}`)).status).toBe(200)
  expect((await noticesOf(ann.token)).stepUps.map(({ id }) => id)).toEqual([second])
  expect((await call(system, ann.token, 'DELETE', `/sessions/${ann.session}`)).status).toBe(200)
  const again = await system.issuer.issueSession({ email: ann.email, device: 'new', expiresAt: Date.now() + day })
  expect((await noticesOf(again.token)).stepUps).toEqual([])
})
