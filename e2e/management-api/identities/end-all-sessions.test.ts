import { callManagementApi as call } from '@rack-gateway/testing/management-api'
import { openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type System, startSystem } from '../../support/gateway/system.ts'
import { createUser, credential, someId, type TestUser } from '../callers.ts'

let system: System
let replica: Awaited<ReturnType<System['replica']>>
let admin: TestUser
beforeAll(async () => {
  system = await startSystem()
  replica = await system.replica()
  admin = await createUser(system, 'admin')
})
afterAll(async () => {
  await replica.stop()
  await system.stop()
})

const end = (user: string, token: string) => call(system, token, 'POST', `/users/${user}/sessions/end`)
const works = async (token: string, url = system.url) =>
  (await fetch(`${url}/apps?`, { headers: { authorization: `Bearer ${token}` } })).status === 200
const anotherSession = ({ email }: TestUser, device: string) =>
  system.issuer.issueSession({ email, device, expiresAt: Date.now() + 3_600_000 })

async function endedOf(user: string) {
  return (await system.events()).filter(({ kind, detail }) => kind === 'session.ended' && detail?.user === user)
}

test('an administrator ends all sessions of a user on every replica, and no API token or other session', async () => {
  const ann = await createUser(system, 'viewer')
  const ben = await createUser(system, 'viewer')
  const phone = await anotherSession(ann, 'phone')
  const apiToken = (await call(system, ann.token, 'POST', '/tokens', { name: 'nightly', role: 'viewer' })).text('token')
  const logs = await openWebSocket(`${replica.url}/apps/myapp/logs`, phone.token, {})
  expect(logs.status).toBe(101)
  const response = await end(ann.id, admin.token)
  expect([response.status, response.json]).toEqual([
    200,
    {
      ended: expect.arrayContaining([
        { id: ann.session, device: 'test' },
        { id: phone.id, device: 'phone' },
      ]),
    },
  ])
  for (const url of [system.url, replica.url])
    for (const token of [ann.token, phone.token])
      await expect.poll(() => works(token, url), { interval: 20 }).toBe(false)
  await logs.closed()
  for (const token of [apiToken, ben.token, admin.token]) expect(await works(token)).toBe(true)
  const reason = `ended by ${admin.email}`
  const event = (session: string) => ({
    kind: 'session.ended',
    principal: expect.objectContaining({ id: admin.id }),
    decision: expect.objectContaining({ rule: 'role:admin' }),
    detail: { session, user: ann.id, reason },
  })
  const events = await endedOf(ann.id)
  expect(events).toHaveLength(2)
  for (const session of [ann.session, phone.id]) expect(events).toContainEqual(expect.objectContaining(event(session)))
  expect((await end(ann.id, admin.token)).json).toEqual({ ended: [] })
  expect(await endedOf(ann.id)).toHaveLength(2)
})

test('your own other sessions end, and the session of the request stays', async () => {
  const ann = await createUser(system, null)
  const phone = await anotherSession(ann, 'phone')
  expect((await end(ann.id, ann.token)).json).toEqual({ ended: [{ id: phone.id, device: 'phone' }] })
  expect((await call(system, ann.token, 'GET', '/me')).status).toBe(200)
  expect(await endedOf(ann.id)).toMatchObject([{ detail: { session: phone.id, reason: 'ended by yourself' } }])
})

test('an API token of an administrator ends all sessions of a user', async () => {
  const ann = await createUser(system, null)
  const token = await credential(system, 'admin', 'token of a service account')
  expect((await end(ann.id, token)).json).toEqual({ ended: [{ id: ann.session, device: 'test' }] })
})

test.each(['viewer', 'deployer', 'auditor'])(
  'a user with the role %s cannot end sessions of another user',
  async (role) => {
    const ann = await createUser(system, 'viewer')
    const other = await createUser(system, role)
    for (const id of [ann.id, someId()]) {
      const response = await end(id, other.token)
      expect([response.status, response.text('rule'), response.text('reason')]).toEqual([
        403,
        'no-permission',
        'You can end only your own sessions, unless you have the permission gateway:session:write.',
      ])
    }
    expect(await works(ann.token)).toBe(true)
    expect(await endedOf(ann.id)).toEqual([])
  },
)

test('an unknown user has no sessions', async () => {
  for (const id of [someId(), 'nobody', '%00']) expect((await end(id, admin.token)).status).toBe(404)
})

test('two administrators who end the same sessions at once end each session once', async () => {
  const ann = await createUser(system, 'viewer')
  await anotherSession(ann, 'phone')
  const at = [system, { url: replica.url }]
  const responses = await Promise.all(
    at.map((gateway) => call(gateway, admin.token, 'POST', `/users/${ann.id}/sessions/end`)),
  )
  expect(responses.map(({ status }) => status)).toEqual([200, 200])
  expect(responses.flatMap((response) => (response.json as { ended: object[] }).ended)).toHaveLength(2)
  expect(await endedOf(ann.id)).toHaveLength(2)
})
