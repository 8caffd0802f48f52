import { writeFileSync } from 'node:fs'
import { openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type System, startSystem } from '../support/gateway/system.ts'
import { approve, ask, createPerson, deploy, type Person, requestsPolicy, writeRequestsPolicy } from './people.ts'

const clock = { ahead: 0 }
const policyFile = writeRequestsPolicy()
let system: System
let ann: Person
let lead: Person
let made = 0
beforeAll(async () => {
  system = await startSystem({ policyFile, now: () => Date.now() + clock.ahead })
})
afterAll(() => system.stop())
beforeEach(async () => {
  made += 1
  clock.ahead = 0
  await replacePolicy(requestsPolicy)
  ann = await createPerson(system, `ann-${made}@example.com`, ['engineering'])
  lead = await createPerson(system, `lead-${made}@example.com`, ['leads'])
})

async function replacePolicy(text: string): Promise<void> {
  const { hash } = system.app.policy
  writeFileSync(policyFile, text)
  if (text === current) return
  current = text
  await vi.waitFor(() => expect(system.app.policy.hash).not.toBe(hash), 20_000)
}
let current = requestsPolicy

const restart = async () => (await system.send('POST', '/apps/myapp/services/web/restart', ann.token)).status

test('a rule that became narrower is judged anew at the decision', async () => {
  const id = await ask(ann)
  await replacePolicy(requestsPolicy.replaceAll('longest: 4h', 'longest: 30m'))
  const refused = await lead.call('POST', `/access-requests/${id}/approve`, {})
  expect([refused.status, refused.text('code')]).toEqual([409, 'RGW_REQUEST_OUTDATED'])
  expect(refused.text('error')).toContain('at most 30 minutes')
  await approve(lead, id, { seconds: 600 })
  expect(await restart()).toBe(200)
})

test('a rule that is gone gives nothing', async () => {
  const id = await ask(ann)
  await replacePolicy(requestsPolicy.replace('  deploy:\n', '  renamed:\n'))
  expect((await lead.call('POST', `/access-requests/${id}/approve`, {})).status).toBe(404)
  expect((await ann.call('GET', `/access-requests/${id}`)).json).toMatchObject({ state: 'pending', reviewers: [] })
  expect((await ann.call('POST', `/access-requests/${id}/cancel`, {})).json).toMatchObject({ state: 'canceled' })
})

test('who may no longer ask gets nothing', async () => {
  const id = await ask(ann)
  await system.sql`update gateway.users set groups = '{}' where id = ${ann.id}`
  const refused = await lead.call('POST', `/access-requests/${id}/approve`, {})
  expect([refused.status, refused.text('code')]).toEqual([409, 'RGW_REQUEST_OUTDATED'])
})

test('at its end, by the clock, a grant allows nothing, and what is open closes', async () => {
  const id = await ask(ann)
  await approve(lead, id)
  const { json } = await ann.call('GET', `/access-requests/${id}`)
  const until = Date.parse((json as { grant: { until: string } }).grant.until)
  clock.ahead = until - Date.now() - 60_000
  expect(await restart()).toBe(200)
  const socket = await openWebSocket(`${system.url}/apps/myapp/logs`, ann.token, {})
  clock.ahead = until - Date.now()
  expect(await restart()).toBe(403)
  await socket.closed()
  await expect
    .poll(async () =>
      (await system.events()).find(
        ({ kind, detail }) => kind === 'access-request.ended' && detail?.accessRequest === id,
      ),
    )
    .toMatchObject({ principal: { kind: 'system' } })
})

test('after the time for reviews, an approval says that the request lapsed', async () => {
  const id = await ask(ann)
  clock.ahead += 3_600_000
  const fresh = await createPerson(system, `late-${made}@example.com`, ['leads'])
  const late = await fresh.call('POST', `/access-requests/${id}/approve`, {})
  expect([late.status, late.text('code')]).toEqual([409, 'RGW_REQUEST_OVER'])
  expect(late.text('error')).toContain('lapsed')
})

test('a grant that is not used in time lapses', async () => {
  const id = await ask(ann, { ...deploy, role: 'ops' })
  await approve(lead, id)
  clock.ahead += 4 * 3_600_000
  const { token } = await system.issuer.issueSession({
    email: ann.email,
    device: 'test',
    expiresAt: Date.now() + clock.ahead + 60_000,
  })
  expect((await system.send('POST', '/apps/myapp/services/web/restart', token)).status).toBe(403)
  const [row] = await system.sql`select started_at from gateway.access_requests where id = ${id}`
  expect(row?.started_at).toBeNull()
})

test.each(['cancel', 'revoke'] as const)('an approval and the %s at the same time never both win', async (action) => {
  const id = await ask(ann)
  if (action === 'revoke') await approve(lead, id)
  const [decided, other] = await Promise.all([
    action === 'cancel' ? lead.call('POST', `/access-requests/${id}/approve`, {}) : restartedWith(),
    ann.call('POST', `/access-requests/${id}/${action}`, {}),
  ])
  const { json } = await ann.call('GET', `/access-requests/${id}`)
  const { state } = json as { state: string }
  if (action === 'revoke') expect(state).toBe('revoked')
  else
    expect([decided.status, other.status, state]).toEqual(
      other.status === 200 ? [409, 200, 'canceled'] : [200, 409, 'active'],
    )
  if (state !== 'active') expect(await restart()).toBe(403)
})

async function restartedWith() {
  return { status: await restart() }
}

test('at most ten requests are open', async () => {
  const ids: string[] = []
  for (let count = 0; count < 10; count++) ids.push(await ask(ann))
  const refused = await ann.call('POST', '/access-requests', deploy)
  expect([refused.status, refused.text('code')]).toEqual([409, 'RGW_TOO_MANY_OPEN_REQUESTS'])
  const page = await ann.call('GET', '/access-requests?limit=4')
  expect(page.texts('id')).toEqual(ids.slice(-4).reverse())
  for (const id of ids) await ann.call('POST', `/access-requests/${id}/cancel`, {})
})
