import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type System, startSystem } from '../support/gateway/system.ts'
import { createUser } from './callers.ts'

let system: System
let admin: string
beforeAll(async () => {
  system = await startSystem({ publicUrl: 'own', rackNames: ['staging', 'production'] })
  admin = (await createUser(system, 'admin')).token
})
afterAll(() => system.stop())

const ask = (path: string, body: object) => call(system, admin, 'POST', path, body)
const subject = { kind: 'group', id: 'ops' }
const template = { provider: 'github', repositoryId: '1', repositoryOwnerId: '2', ref: 'refs/heads/main' }
let names = 0

const cases: [string, (racks: string) => Promise<{ readonly status: number; readonly json: unknown }>][] = [
  ['a binding', (racks) => ask('/bindings', { subject, role: 'viewer', racks })],
  ['an API token', (racks) => ask('/tokens', { name: 'x', role: 'viewer', racks })],
  ['a trust', (racks) => ask('/trusts', { name: `trust ${++names}`, template, role: 'ci', racks })],
]

test.each(cases)('%s for racks that do not exist is accepted with a warning', async (_what, make) => {
  for (const racks of ['prod', 'eu-*']) {
    const made = await make(racks)
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
