import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type System, startSystem } from '../../support/gateway/system.ts'
import { createUser, type TestUser } from '../callers.ts'

/** Nothing that a caller chooses looks like a person: at the rack, in the audit log, and in its exports. */
let system: System
let admin: TestUser
beforeAll(async () => {
  system = await startSystem({ publicUrl: 'own' })
  admin = await createUser(system, 'admin')
})
afterAll(() => system.stop())

const victim = 'victim@example.com'
const ask = (method: string, path: string, body?: unknown) => call(system, admin.token, method, path, body)

function actorsAtRack(): (string | undefined)[] {
  const { received } = system.rack
  return received.map(({ rawHeaders }) => rawHeaders[rawHeaders.indexOf('Convox-Actor') + 1])
}

describe('a name of another user is refused', () => {
  const conditions = [{ claim: 'repository_id', equals: '1' }]
  const hostile = [victim, 'a\u202eb', 'a\nb', 'a\u2028b', 'a\u009bb', 'a\u200bb']
  test.each(hostile)('%j', async (name) => {
    const refused = await Promise.all([
      ask('POST', '/tokens', { name, role: 'viewer' }),
      ask('POST', '/service-accounts', { name }),
      ask('POST', '/trusts', { name, issuer: 'https://ci.example.com', conditions, role: 'viewer' }),
      call(system, null, 'POST', '/cli-logins/device', { device: name, system: 'Linux' }),
    ])
    expect(refused.map(({ status }) => status >= 400 && status < 500)).toEqual([true, true, true, true])
    expect(refused.slice(0, 3).map((response) => response.text('code'))).toEqual(Array(3).fill('RGW_INVALID_NAME'))
  })

  test.each(['a\u202eb', 'a\u2028b', 'a\u009bb'])(
    'a reason of more than one plain line is rejected, too: %j',
    async (reason) => {
      const subject = { kind: 'user', id: admin.id }
      expect((await ask('POST', '/bindings', { subject, role: 'viewer', reason })).text('code')).toBe(
        'RGW_INVALID_REQUEST',
      )
    },
  )
})

test('a token that has such a name in the database is shown and sent as a token of its owner', async () => {
  const made = await ask('POST', '/tokens', { name: 'x', role: 'viewer' })
  await system.sql`update gateway.api_tokens set name = ${victim} where id = ${made.text('id')}`
  const shown = `token:${victim} (${admin.email})`
  const token = made.text('token')
  await expect.poll(async () => (await call(system, token, 'GET', '/me')).text('name'), { interval: 20 }).toBe(shown)
  const before = system.rack.received.length
  expect((await system.get('/apps', token)).status).toBe(200)
  expect(actorsAtRack().slice(before)).toEqual([shown])

  const found = await ask('GET', `/audit/events?principal=${encodeURIComponent(shown)}&kind=call`)
  expect(found.texts('event.principal.name')).toEqual([shown])
  expect((await ask('GET', `/audit/events?principal=${victim}`)).texts('id')).toEqual([])
})
