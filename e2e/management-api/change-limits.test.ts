import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type System, startSystem } from '../support/gateway/system.ts'
import { createUser } from './callers.ts'

let system: System
beforeAll(async () => {
  system = await startSystem({ limits: { changesPerMinute: 10, apiTokensPerOwner: 3 } })
})
afterAll(() => system.stop())

const make = (token: string, body: object = {}) =>
  call(system, token, 'POST', '/tokens', { name: 'x', role: 'viewer', ...body })

test('an owner has no more API tokens than the limit, also when many are made at once or handed over', async () => {
  const ann = await createUser(system, 'admin')
  const made = await Promise.all(Array.from({ length: 6 }, () => make(ann.token)))
  expect(made.map(({ status }) => status).sort()).toEqual([201, 201, 201, 409, 409, 409])
  const refused = made.find(({ status }) => status === 409)
  expect(refused?.json).toMatchObject({ code: 'RGW_TOO_MANY_TOKENS' })

  const ben = await createUser(system, 'admin')
  const other = await make(ben.token)
  const handOver = () =>
    call(system, ben.token, 'POST', `/tokens/${other.text('id')}/owner`, { owner: { kind: 'user', id: ann.id } })
  expect((await handOver()).text('code')).toBe('RGW_TOO_MANY_TOKENS')
  const id = made.find(({ status }) => status === 201)?.text('id')
  expect((await call(system, ann.token, 'DELETE', `/tokens/${id}`)).status).toBe(200)
  expect((await handOver()).status).toBe(200)
})

test('a principal makes no more changes in a minute than the limit; revocations and other callers continue', async () => {
  const [ann, ben] = [await createUser(system, 'admin'), await createUser(system, 'admin')]
  const account = (token: string, name: string) => call(system, token, 'POST', '/service-accounts', { name })
  const made = await Promise.all(Array.from({ length: 15 }, (_, index) => account(ann.token, `flood-${index}`)))
  expect(made.map(({ status }) => status).sort()).toEqual([...Array(10).fill(201), ...Array(5).fill(429)])
  const refused = made.find(({ status }) => status === 429)
  expect(refused?.json).toMatchObject({ code: 'RGW_TOO_MANY_REQUESTS', rule: 'change-limit' })
  expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await account(ben.token, 'other')).status).toBe(201)
  expect((await call(system, ann.token, 'DELETE', `/sessions/${ann.session}`)).status).toBe(200)
})
