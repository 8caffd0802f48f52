import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type System, startSystem } from '../../support/gateway/system.ts'
import { createUser, type TestUser } from '../callers.ts'

let system: System
let admin: TestUser
let viewer: TestUser
beforeAll(async () => {
  system = await startSystem()
  admin = await createUser(system, 'admin')
  viewer = await createUser(system, 'viewer')
  for (const email of ['ann_lee@example.com', 'joann@example.com', 'annalee@example.com'])
    await system.issuer.user(email)
  const expiresAt = Date.now() + 3_600_000
  for (const [name, { email }] of [
    ['Nightly build', admin],
    ['nightly tests', viewer],
    ['weekly', viewer],
  ] as const)
    await system.issuer.issueApiToken({ name, owner: { kind: 'user', email }, role: 'viewer', expiresAt })
})
afterAll(() => system.stop())

const found = async (path: string, member: string, token = admin.token) =>
  (await call(system, token, 'GET', path)).texts(member).sort()

test('users are found by a part of their email address, in any case, and nothing in the text is a pattern', async () => {
  const all = ['ann_lee@example.com', 'annalee@example.com', 'joann@example.com']
  expect(await found('/users?search=ANN', 'email')).toEqual(all)
  expect(await found('/users?search=ann_lee', 'email')).toEqual(['ann_lee@example.com'])
  for (const text of ['%25', 'ann%25', '.*', "'", 'nobody'])
    expect(await found(`/users?search=${text}`, 'email')).toEqual([])
})

test('a search has pages', async () => {
  const first = await call(system, admin.token, 'GET', '/users?search=ann&limit=2')
  const next = await call(system, admin.token, 'GET', `/users?search=ann&limit=2&cursor=${first.text('next')}`)
  expect([first.texts('email').length, next.texts('email').length, next.text('next')]).toEqual([2, 1, 'null'])
})

test('API tokens are found by a part of their name, and only among those that the caller sees', async () => {
  expect(await found('/tokens?search=nightly', 'name')).toEqual(['Nightly build', 'nightly tests'])
  expect(await found('/tokens?search=NIGHTLY', 'name', viewer.token)).toEqual(['nightly tests'])
  expect(await found(`/tokens?search=nightly&owner=${viewer.id}`, 'name')).toEqual(['nightly tests'])
})

test.each(['/users', '/tokens'])('a search of %s needs 1 to 100 characters', async (path) => {
  for (const text of ['', 'a'.repeat(101)])
    expect((await call(system, admin.token, 'GET', `${path}?search=${text}`)).status).toBe(400)
})
