import { callManagementApi, type ManagementApiResponse } from '@rack-gateway/testing/management-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { changesApplied } from '../support/gateway/system.ts'
import { type LoginSystem, startLoginSystem } from '../support/login/login.ts'
import { createProver, type Prover } from '../support/login/second-factor.ts'
import { ask, createPerson, type Person, writeRequestsPolicy } from './people.ts'

const policy = `version: 1
requests:
  proved:
    from: [group:engineering]
    role: deployer
    longest: 4h
    reviewers: ["user:admin@example.com", group:leads]
    stepUp: { recent: 10m }
  each-time:
    from: [group:engineering]
    role: ops
    longest: 4h
    reviewers: ["user:admin@example.com"]
    stepUp: { always: any }
  automatic:
    from: [group:engineering, "user:admin@example.com"]
    role: viewer
    longest: 4h
    approve: automatically
    stepUp: { recent: 10m }
`

const clock = { ahead: 0 }
let at: LoginSystem
let admin: Prover
let ann: Person
beforeAll(async () => {
  const now = () => Date.now() + clock.ahead
  at = await startLoginSystem({}, { now, policyFile: writeRequestsPolicy(policy) })
  admin = await createProver(at, 'admin', clock)
  ann = await createPerson(at.system, 'ann@example.com', ['engineering'])
})
afterAll(() => at.stop())

const terms = (role: string) => ({ role, racks: ['staging'], seconds: 3_600, reason: 'OPS-1' })

function call(
  method: string,
  path: string,
  body?: object,
  headers: readonly string[] = [],
): Promise<ManagementApiResponse> {
  return callManagementApi(at.system, admin.program.token, method, path, body, headers)
}

async function proof(stepUp: string): Promise<string[]> {
  const proved = await call('POST', `/step-ups/${stepUp}/proof`, { method: 'totp', code: admin.code() })
  return [`Step-Up: ${proved.text('proof')}`]
}

const needed = [403, 'RGW_STEP_UP_NEEDED']

test('a reviewer approves only with the proof that the rule requires, and the event has it', async () => {
  const id = await ask(ann, terms('deployer'))
  const refused = await call('POST', `/access-requests/${id}/approve`, {})
  expect([refused.status, refused.text('code')]).toEqual(needed)
  expect(refused.text('rule')).toBe('step-up:request proved')
  expect((await ann.call('GET', `/access-requests/${id}`)).json).toMatchObject({ state: 'pending', reviews: [] })
  const headers = await proof(refused.text('stepUp.id'))
  expect((await call('POST', `/access-requests/${id}/approve`, {}, headers)).json).toMatchObject({ state: 'active' })
  const approved = (await at.system.events()).findLast(({ kind }) => kind === 'access-request.approved')
  expect(approved).toMatchObject({ proof: { method: 'totp' }, detail: { accessRequest: id } })
})

test('a proof that is too old does not count', async () => {
  const id = await ask(ann, terms('deployer'))
  const refused = await call('POST', `/access-requests/${id}/approve`, {})
  // The proof of the test before may still be recent enough.
  if (refused.status === 200) clock.ahead += 660_000
  const next = refused.status === 200 ? await ask(ann, terms('deployer')) : id
  const old = await call('POST', `/access-requests/${next}/approve`, {})
  expect([old.status, old.text('code')]).toEqual(needed)
})

test('a proof for one approval does not approve another request, if the rule requires one each time', async () => {
  const [one, other] = [await ask(ann, terms('ops')), await ask(ann, terms('ops'))]
  const refused = await call('POST', `/access-requests/${one}/approve`, {})
  expect([refused.status, refused.text('code')]).toEqual(needed)
  const headers = await proof(refused.text('stepUp.id'))
  const wrong = await call('POST', `/access-requests/${other}/approve`, {}, headers)
  expect([wrong.status, wrong.text('code')]).toEqual(needed)
  expect((await call('POST', `/access-requests/${one}/approve`, {}, headers)).status).toBe(200)
  expect((await call('POST', `/access-requests/${other}/approve`, {}, headers)).status).toBe(403)
})

test('a denial needs no proof', async () => {
  const id = await ask(ann, terms('ops'))
  expect((await call('POST', `/access-requests/${id}/deny`, { note: 'no' })).json).toMatchObject({ state: 'denied' })
})

test('a reviewer without a second factor cannot review', async () => {
  const lead = await createPerson(at.system, 'lead@example.com', ['leads'])
  const id = await ask(ann, terms('deployer'))
  expect((await lead.call('POST', `/access-requests/${id}/approve`, {})).status).toBe(404)
})

test('who asks by an automatic rule needs the proof, so that a stolen session gains nothing', async () => {
  const without = await ann.call('POST', '/access-requests', terms('viewer'))
  expect([without.status, without.text('rule')]).toEqual([403, 'no-second-factor'])
  expect(without.text('error')).toMatch(/Add one first/)
  clock.ahead += 660_000
  const refused = await call('POST', '/access-requests', terms('viewer'))
  expect([refused.status, refused.text('code')]).toEqual(needed)
  const headers = await proof(refused.text('stepUp.id'))
  const asked = await call('POST', '/access-requests', terms('viewer'), headers)
  expect([asked.status, asked.json]).toEqual([201, expect.objectContaining({ state: 'active', reviews: [] })])
  const mine = await call('GET', '/access-requests')
  expect(mine.texts('state')).toEqual(['active'])
})

test('a session of the stock CLI neither asks nor reviews', async () => {
  await at.system.sql`update gateway.sessions set renewable = false where id = ${admin.program.id}`
  await changesApplied(at.system)
  const id = await ask(ann, terms('deployer'))
  for (const [path, body] of [
    [`/access-requests/${id}/approve`, {}],
    [`/access-requests/${id}/deny`, { note: 'no' }],
    ['/access-requests', terms('viewer')],
  ] as const) {
    const refused = await call('POST', path, body)
    expect([path, refused.status, refused.text('rule')]).toEqual([path, 403, 'convox-session'])
  }
})
