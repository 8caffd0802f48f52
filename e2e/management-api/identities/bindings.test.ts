import { callManagementApi as call, type ManagementApiResponse } from '@rack-gateway/testing/management-api'
import { openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type System, startSystem } from '../../support/gateway/system.ts'
import { createUser } from '../callers.ts'
import { type Pipelines, startPipelines } from '../pipelines.ts'

/** Bindings of API tokens and trusts: with an end and a reason like those of people, and over at once on every replica. */
let system: System
let pipelines: Pipelines
let replica: Awaited<ReturnType<System['replica']>>
let admin: Awaited<ReturnType<typeof createUser>>
const clock = { ahead: 0 }
const now = () => Date.now() + clock.ahead
beforeAll(async () => {
  system = await startSystem({ publicUrl: 'own', now })
  replica = await system.replica()
  pipelines = await startPipelines(system)
  admin = await createUser(system, 'admin')
})
afterAll(async () => {
  await pipelines.stop()
  await replica.stop()
  await system.stop()
})
afterEach(() => {
  clock.ahead = 0
})

const minute = 60_000
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * minute).toISOString()
const ask = (method: string, path: string, body?: unknown, by = admin.token) => call(system, by, method, path, body)

/** At every replica, on the rack API. */
async function statuses(token: string): Promise<number[]> {
  const headers = { authorization: `Bearer ${token}` }
  const responses = [system.url, replica.url].map((url) => fetch(`${url}/apps/myapp`, { headers }))
  return (await Promise.all(responses)).map(({ status }) => status)
}

async function eventsOf(binding: string) {
  return (await system.events()).filter(({ detail }) => detail?.binding === binding)
}

interface Subject {
  readonly kind: 'api-token' | 'trust'
  readonly id: string
  readonly token: string
}

const subjects: readonly [string, () => Promise<Subject>][] = [
  [
    'an API token',
    async () => {
      const made = await ask('POST', '/tokens', { name: 'nightly', role: 'viewer', apps: 'other' })
      return { kind: 'api-token', id: made.text('id'), token: made.text('token') }
    },
  ],
  [
    'a trust',
    async () => {
      const { token, trust } = await pipelines.job(null)
      return { kind: 'trust', id: trust, token }
    },
  ],
]

describe.each(subjects)('bindings of %s', (_what, make) => {
  const page = { 'api-token': '/tokens', trust: '/trusts' } as const

  test('are created with an expiry and a reason, listed, and removed; each change is an event', async () => {
    const { kind, id, token } = await make()
    expect(await statuses(token)).toEqual([403, 403])
    const given = { role: 'viewer', racks: '*', apps: 'my*', expiresAt: inMinutes(10), reason: 'release night' }
    const made = await ask('POST', '/bindings', { subject: { kind, id }, ...given })
    expect([made.status, made.json]).toEqual([201, expect.objectContaining({ subject: { kind, id }, ...given })])
    await expect.poll(() => statuses(token), { interval: 20 }).toEqual([200, 200])

    const grant = { id: made.text('id'), permissions: null, ...given }
    expect((await ask('GET', `${page[kind]}/${id}`)).json).toMatchObject({ bindings: expect.arrayContaining([grant]) })
    expect((await ask('GET', `/bindings?subject=${id}`)).texts('id')).toContain(grant.id)

    expect((await ask('DELETE', `/bindings/${grant.id}`)).status).toBe(200)
    await expect.poll(() => statuses(token), { interval: 20 }).toEqual([403, 403])
    expect(await eventsOf(grant.id)).toMatchObject([
      { kind: 'binding.created', detail: { subject: `${kind}:${id}`, reason: 'release night' } },
      { kind: 'binding.removed', detail: { subject: `${kind}:${id}` } },
    ])
  })

  test('expire on every replica, and streams end with the reason', async () => {
    const { kind, id, token } = await make()
    await ask('POST', '/bindings', { subject: { kind, id }, role: 'viewer', expiresAt: inMinutes(5) })
    await expect.poll(() => statuses(token), { interval: 20 }).toEqual([200, 200])
    const stream = await openWebSocket(`${replica.url}/apps/myapp/logs`, token, {})
    expect(stream.status).toBe(101)
    const said = stream.readToEnd()
    clock.ahead = 5 * minute + 1
    expect(await statuses(token)).toEqual([403, 403])
    expect((await said).join('')).toMatch(/ERROR: .*(no role|not permitted)/)
  })

  test('can be granted for no longer than the caller has the role, and only with roles of the caller', async () => {
    const { kind, id } = await make()
    const until = inMinutes(10)
    const guest = await createUser(system, 'admin', { expiresAt: new Date(until) })
    const give = (body: object, by: string) => ask('POST', '/bindings', { subject: { kind, id }, ...body }, by)
    expect((await give({ role: 'viewer' }, guest.token)).text('code')).toBe('RGW_INSUFFICIENT_AUTHORITY')
    expect((await give({ role: 'viewer', expiresAt: inMinutes(11) }, guest.token)).status).toBe(403)
    expect((await give({ role: 'viewer', expiresAt: until }, guest.token)).status).toBe(201)
    expect((await give({ role: 'viewer' }, (await createUser(system, 'deployer')).token)).status).toBe(403)
    expect((await give({ role: 'viewer', expiresAt: inMinutes(-1) }, admin.token)).text('code')).toBe(
      'RGW_INVALID_EXPIRY',
    )
  })

  test('cannot be created after their subject is revoked', async () => {
    const { kind, id } = await make()
    expect((await ask('DELETE', `${page[kind]}/${id}`)).status).toBe(200)
    const refused = await ask('POST', '/bindings', { subject: { kind, id }, role: 'viewer' })
    expect([refused.status, refused.text('code')]).toEqual([
      409,
      kind === 'trust' ? 'RGW_TRUST_REVOKED' : 'RGW_TOKEN_ENDED',
    ])
  })
})

describe('the same binding', () => {
  const subject = { kind: 'group', id: 'twice' }
  const create = (body: object) => ask('POST', '/bindings', { subject, role: 'viewer', racks: 'staging', ...body })
  const codes = (responses: readonly ManagementApiResponse[]) => responses.map(({ status }) => status).toSorted()

  test('is created once, also by requests at the same time on two replicas, and causes one event', async () => {
    const body = { subject, role: 'viewer', racks: 'staging' }
    const { host } = new URL(system.url)
    const responses = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        call({ url: index % 2 === 0 ? system.url : replica.url, host }, admin.token, 'POST', '/bindings', body),
      ),
    )
    expect(codes(responses)).toEqual([201, 409, 409, 409, 409, 409, 409, 409])
    const [id = ''] = (await ask('GET', '/bindings?subject=twice')).texts('id')
    for (const response of responses.filter(({ status }) => status === 409))
      expect([response.text('code'), response.text('error')]).toEqual([
        'RGW_BINDING_EXISTS',
        `The subject already has this role on the same racks and apps, with the same expiry: binding ${id}. Nothing was changed. To change its expiry or its reason, delete that binding first.`,
      ])
    expect(await eventsOf(id)).toHaveLength(1)
    expect((await ask('DELETE', `/bindings/${id}`)).status).toBe(200)
    expect((await create({})).status).toBe(201)
  })

  test('with the same expiry is one, and with another expiry, rack, or app, another', async () => {
    const expiresAt = inMinutes(10)
    expect((await create({ apps: 'web', expiresAt })).status).toBe(201)
    expect((await create({ apps: 'web', expiresAt, reason: 'another reason' })).status).toBe(409)
    for (const other of [{ apps: 'web' }, { apps: 'web', expiresAt: inMinutes(20) }, { apps: 'api', expiresAt }])
      expect((await create(other)).status).toBe(201)
  })

  test('cannot be stored by a program that does not ask first', async () => {
    const insert = () =>
      system.sql`insert into gateway.bindings (id, subject_kind, subject_id, role, created_by)
        values (gen_random_uuid(), 'group', 'stored', 'viewer', 'test')`
    await insert()
    await expect(insert()).rejects.toThrow(/bindings_once/)
  })
})

test('a token says why it was made, in its list and in the event', async () => {
  const made = await ask('POST', '/tokens', { name: 'nightly', role: 'viewer', reason: 'backups, ticket 7' })
  expect(made.json).toMatchObject({ bindings: [{ role: 'viewer', expiresAt: null, reason: 'backups, ticket 7' }] })
  const [event] = await eventsOf(made.text('bindings.0.id'))
  expect(event).toMatchObject({ kind: 'binding.created', detail: { reason: 'backups, ticket 7' } })
})

test('a token can be rotated by a principal with its current permissions, whatever it could do before', async () => {
  const ann = await createUser(system, 'admin', { expiresAt: new Date(inMinutes(10)) })
  const made = await ask('POST', '/tokens', { name: 'nightly', role: 'viewer' }, ann.token)
  const subject = { kind: 'api-token', id: made.text('id') }
  await ask('POST', '/bindings', { subject, role: 'admin', expiresAt: inMinutes(5) })
  await ask('POST', '/bindings', { subject: { kind: 'user', id: ann.id }, role: 'viewer' })
  const rotate = () => ask('POST', `/tokens/${subject.id}/rotate`, { lifetimeSeconds: 86_400 }, ann.token)
  clock.ahead = 4 * minute
  await expect.poll(async () => (await rotate()).status).toBe(201)
  clock.ahead = 11 * minute
  expect((await rotate()).status).toBe(201)
})

describe('a trust', () => {
  let issued = 0
  const ofTrust = (body: object, by = admin.token): Promise<ManagementApiResponse> => {
    const conditions = [{ claim: 'repository_id', equals: `for-a-time-${++issued}` }]
    return ask('POST', '/trusts', { name: `trust ${issued}`, issuer: pipelines.issuer.url, conditions, ...body }, by)
  }

  test('is made for a time and for a reason: its jobs lose the role then', async () => {
    const given = { role: 'viewer', racks: '*', apps: 'my*', expiresAt: inMinutes(5), reason: 'until the move is done' }
    const made = await ofTrust(given)
    expect([made.status, made.json]).toEqual([
      201,
      expect.objectContaining({ bindings: [expect.objectContaining(given)], role: 'viewer', apps: 'my*' }),
    ])
    const jwt = await pipelines.issuer.jwt({ repository_id: `for-a-time-${issued}` })
    const token = await pipelines.exchange(jwt)
    expect(await statuses(token)).toEqual([200, 200])
    clock.ahead = 5 * minute + 1
    expect(await statuses(token)).toEqual([403, 403])
    expect(await eventsOf(made.text('bindings.0.id'))).toMatchObject([
      { kind: 'binding.created', detail: { expires: given.expiresAt, reason: given.reason } },
    ])
  })

  test('can be created for no longer than the caller has its role', async () => {
    const until = inMinutes(10)
    const guest = await createUser(system, 'admin', { expiresAt: new Date(until) })
    expect((await ofTrust({ role: 'viewer' }, guest.token)).text('code')).toBe('RGW_INSUFFICIENT_AUTHORITY')
    expect((await ofTrust({ role: 'viewer', expiresAt: inMinutes(11) }, guest.token)).status).toBe(403)
    expect((await ofTrust({ role: 'viewer', expiresAt: until }, guest.token)).status).toBe(201)
    expect((await ofTrust({ role: 'viewer', expiresAt: 'tomorrow' })).status).toBe(400)
    expect((await ofTrust({ role: 'viewer', expiresAt: inMinutes(-1) })).text('code')).toBe('RGW_INVALID_EXPIRY')
  })
})
