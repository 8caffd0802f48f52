import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { System } from '../support/gateway/system.ts'
import { type LoginSystem, startLoginSystem } from '../support/login/login.ts'
import { createUser } from './callers.ts'

let at: LoginSystem
let system: System
let admin: string
beforeAll(async () => {
  at = await startLoginSystem({}, { rackNames: ['staging', 'production'] })
  system = at.system
  admin = (await createUser(system, 'admin')).token
})
afterAll(() => at.stop())

const ask = (path: string, body: object) => call(system, admin, 'POST', path, body)
const subject = { kind: 'group', id: 'ops' }
const template = { provider: 'github', repositoryId: '1', repositoryOwnerId: '2', ref: 'refs/heads/main' }
let names = 0

type Make = (racks: string, more?: object) => Promise<{ readonly status: number; readonly json: unknown }>

const cases: [what: string, list: string, make: Make][] = [
  ['a binding', '/bindings', (racks, more) => ask('/bindings', { subject, role: 'viewer', racks, ...more })],
  ['an API token', '/tokens', (racks, more) => ask('/tokens', { name: 'x', role: 'viewer', racks, ...more })],
  [
    'a trust',
    '/trusts',
    (racks, more) => ask('/trusts', { name: `trust ${++names}`, template, role: 'ci', racks, ...more }),
  ],
  [
    'an invitation',
    '/invitations',
    (racks, more) =>
      ask('/invitations', {
        email: `new${++names}@example.com`,
        bindings: [
          { role: 'viewer', racks: 'staging' },
          { role: 'viewer', racks },
        ],
        ...more,
      }),
  ],
]

test.each(cases)('%s for a rack that does not exist is refused, and nothing is created', async (_what, list, make) => {
  const count = async () => (await call(system, admin, 'GET', `${list}?limit=200`)).texts('id').length
  const before = await count()
  const refused = await make('prodction')
  expect([refused.status, refused.json]).toEqual([
    400,
    expect.objectContaining({
      code: 'RGW_INVALID_REQUEST',
      reason: 'The rack "prodction" does not exist.',
      next: 'Did you mean production? Your racks are production, staging. If the rack will be added later, allow unknown racks (allowUnknownRacks, or --allow-unknown-racks).',
    }),
  ])
  expect((await make('elsewhere')).json).toMatchObject({ next: expect.stringMatching(/^Your racks are /) })
  expect(await count()).toBe(before)
})

test('a caller learns only of racks on which the caller has a role', async () => {
  const { token } = await createUser(system, 'viewer', { racks: 'stagin' })
  const refused = await call(system, token, 'POST', '/tokens', { name: 'x', role: 'viewer', racks: 'stagin' })
  expect([refused.status, refused.text('reason')]).toEqual([400, 'The rack "stagin" does not exist.'])
  expect(refused.body).not.toMatch(/staging|production/)
})

test.each(cases)('%s for racks that may exist later is accepted with a warning', async (_what, _list, make) => {
  for (const racks of ['prod', 'eu-*']) {
    const made = await make(racks, racks === 'prod' ? { allowUnknownRacks: true } : {})
    expect([made.status, made.json]).toEqual([
      201,
      expect.objectContaining({
        warnings: [
          `No rack matches "${racks}" now. Your racks are production, staging. The role takes effect when a matching rack is added.`,
        ],
      }),
    ])
  }
  for (const racks of ['production', 'prod*', '*']) expect((await make(racks)).json).not.toHaveProperty('warnings')
})

test('an API token for one rack that does not exist is refused', async () => {
  const refused = await ask('/tokens', { name: 'x', role: 'viewer', rack: 'nope' })
  expect([refused.status, refused.json]).toEqual([
    400,
    expect.objectContaining({ code: 'RGW_INVALID_REQUEST', reason: 'The rack "nope" does not exist.' }),
  ])
  expect((await ask('/tokens', { name: 'x', role: 'viewer', rack: 'staging' })).status).toBe(201)
})

test('a trust that names neither ref nor environment says what it admits', async () => {
  const { ref: _, ...open } = template
  const made = await ask('/trusts', { name: 'every branch', template: open, role: 'ci' })
  expect(made.status).toBe(201)
  expect(made.text('warnings.0')).toContain('admits the jobs of every branch and tag.')
})
