import { randomUUID } from 'node:crypto'
import { managementApi as api, callManagementApi } from '@rack-gateway/testing/management-api'
import { openWebSocket } from '@rack-gateway/testing/websocket'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createUser, type TestUser } from '../management-api/callers.ts'
import { type LoginSystem, startLoginSystem } from '../support/login/login.ts'
import { createProver, type Prover } from '../support/login/second-factor.ts'
import { writeStepUpPolicy } from './policy.ts'

const permissions = ['session:write', 'token:write', 'user:write', 'live-call:read', 'live-call:end']
const policy = `version: 1
stepUp:
  rules:
    others:
      permissions: [${permissions.map((name) => `gateway:${name}`).join(', ')}]
      require: { recent: 10m, except: ["service-account:robot"] }
`

/** What others own. */
interface Owned {
  readonly owner: TestUser
  readonly session: string
  readonly token: string
}

async function own({ system }: LoginSystem): Promise<Owned> {
  const owner = await createUser(system, 'deployer')
  const expiresAt = Date.now() + 24 * 3_600_000
  const made = { name: 'nightly', owner: { kind: 'user', email: owner.email }, role: 'viewer', expiresAt } as const
  return { owner, session: owner.session, token: (await system.issuer.issueApiToken(made)).id }
}

type Call = readonly [method: string, path: string, body?: object]

const lists: readonly (readonly [string, string])[] = [
  ['sessions', '/sessions'],
  ['tokens', '/tokens'],
  ['second factors', '/second-factors'],
]

const changes: readonly (readonly [string, (owned: Owned) => Call])[] = [
  ['ends a session', ({ session }) => ['DELETE', `/sessions/${session}`]],
  ['ends all sessions', ({ owner }) => ['POST', `/users/${owner.id}/sessions/end`]],
  ['revokes a token', ({ token }) => ['DELETE', `/tokens/${token}`]],
  ['ends the session of a job', () => ['DELETE', `/workload-sessions/${randomUUID()}`]],
]

async function state({ system }: LoginSystem, { session, token }: Owned) {
  const [sessions] = await system.sql`select ended_at from gateway.sessions where id = ${session}`
  const [tokens] = await system.sql`select revoked_at from gateway.api_tokens where id = ${token}`
  return [sessions?.ended_at ?? null, tokens?.revoked_at ?? null]
}

describe('calls on items of other users, with a level for the permission', () => {
  const clock = { ahead: 0 }
  let at: LoginSystem
  let admin: Prover
  let owned: Owned
  beforeAll(async () => {
    at = await startLoginSystem({}, { now: () => Date.now() + clock.ahead, policyFile: writeStepUpPolicy(policy) })
    admin = await createProver(at, 'admin', clock)
  })
  afterAll(() => at.stop())
  beforeEach(async () => {
    owned = await own(at)
  })

  const call = ([method, path, body]: Call, headers: readonly string[] = [], token = admin.program.token) =>
    callManagementApi(at.system, token, method, path, body, headers)
  const needed = [403, expect.objectContaining({ code: 'RGW_STEP_UP_NEEDED' })]

  async function proof(): Promise<string[]> {
    const id = (await call(['POST', '/step-ups', { delivery: 'callback' }])).text('id')
    const proved = await call(['POST', `/step-ups/${id}/proof`, { method: 'totp', code: admin.code() }])
    return [`Step-Up: ${proved.text('proof')}`]
  }

  test.each(lists)('an administrator lists only the own %s without a proof', async (_what, path) => {
    const filter = path === '/tokens' ? 'owner' : 'user'
    for (const query of ['', `?${filter}=${owned.owner.id}`]) {
      const refused = await call(['GET', `${path}${query}`])
      expect([refused.status, refused.json]).toEqual(needed)
    }
    expect((await call(['GET', `${path}?${filter}=me`])).status).toBe(200)
    expect((await call(['GET', path], await proof())).status).toBe(200)
  })

  test.each(changes)('an administrator %s of another user only with a proof', async (_what, callOf) => {
    const before = await state(at, owned)
    const refused = await call(callOf(owned))
    expect([refused.status, refused.json]).toEqual(needed)
    expect(await at.system.lastEvent()).toMatchObject({ decision: { effect: 'require' } })
    expect(await state(at, owned)).toEqual(before)
    const done = await call(callOf(owned), await proof())
    expect([200, 404]).toContain(done.status)
    if (done.status === 200) expect(await at.system.lastEvent()).toMatchObject({ proof: { method: 'totp' } })
  })

  test('a browser repeats the refused call with its proof', async () => {
    const path = `/users/${owned.owner.id}/sessions/end`
    const refused = await admin.post(path)
    const { json } = await admin.prove(String((refused.json.stepUp as { id: string }).id))
    expect((await admin.post(path, {}, { 'step-up': String(json.proof) })).status).toBe(200)
    expect((await state(at, owned))[0]).not.toBeNull()
  })

  test('a user needs no proof for their own items', async () => {
    const { owner, session, token } = owned
    const before = await call(['GET', '/sessions'], [], owner.token)
    expect(before.status).toBe(200)
    for (const path of [`/tokens/${token}`, `/sessions/${session}`])
      expect((await call(['DELETE', path], [], owner.token)).status).toBe(200)
  })

  test('live calls of other principals are listed and ended only with a proof', async () => {
    const socket = await openWebSocket(`${at.system.url}/apps/myapp/logs`, owned.owner.token, {})
    const listed = async (headers: readonly string[]) => (await call(['GET', '/live-calls'], headers)).json
    const headers = await proof()
    const find = async () => (await listed(headers)) as { items: { id: string; kind: string }[] }
    await expect.poll(async () => (await find()).items).toHaveLength(1)
    const refused = await call(['GET', '/live-calls'])
    expect([refused.status, refused.json]).toEqual(needed)
    const end: Call = ['POST', `/live-calls/${(await find()).items[0]?.id}/end`, { reason: 'not on Fridays' }]
    const kept = await call(end)
    expect([kept.status, kept.json]).toEqual(needed)
    expect((await call(end, headers)).status).toBe(200)
    await socket.closed()
  })

  test('a decision about another user needs a proof, and decisions name what a call for others needs', async () => {
    const calls = [{ route: `DELETE ${api}/sessions/{id}` }]
    const refused = await call(['POST', '/policy/decisions', { as: owned.owner.id, calls }])
    expect([refused.status, refused.json]).toEqual(needed)
    const { json } = await call(['POST', '/policy/decisions', { calls }])
    expect(json).toMatchObject({
      decisions: [
        {
          decision: { effect: 'allow' },
          otherwise: { decision: { effect: 'require', rule: 'step-up:rule others' } },
        },
      ],
    })
  })

  test('an API token is denied, except if the policy excepts it', async () => {
    const { issuer } = at.system
    const tokenOf = async (name: string) => {
      await issuer.createServiceAccount({ name, binding: { role: 'admin' } })
      const owner = { kind: 'service-account', name } as const
      const expiresAt = Date.now() + 24 * 3_600_000
      return (await issuer.issueApiToken({ name: 'x', owner, role: 'admin', expiresAt })).token
    }
    const [denied, excepted] = [await tokenOf('other'), await tokenOf('robot')]
    for (const path of ['/sessions', `/sessions?user=${owned.owner.id}`, '/tokens'])
      for (const [token, status] of [[denied, 403] as const, [excepted, 200] as const])
        expect([path, (await call(['GET', path], [], token)).status]).toEqual([path, status])
    // The denial names the rule, also for a list without a filter.
    expect((await call(['GET', '/sessions'], [], denied)).text('rule')).toMatch(/^step-up:/)
    const end: Call = ['DELETE', `/sessions/${owned.session}`]
    const response = await call(end, [], denied)
    expect([response.status, response.text('rule')]).toEqual([403, 'step-up:rule others'])
    expect((await call(end, [], excepted)).status).toBe(200)
  })
})

describe('calls on items of other users, after enrollBy', () => {
  let at: LoginSystem
  let owned: Owned
  let without: string
  beforeAll(async () => {
    const policyFile = writeStepUpPolicy('version: 1\nstepUp: { enrollBy: 2020-01-01 }\n')
    at = await startLoginSystem({}, { policyFile })
    owned = await own(at)
    without = (await createUser(at.system, 'admin')).token
  })
  afterAll(() => at.stop())

  const call = ([method, path, body]: Call) => callManagementApi(at.system, without, method, path, body)

  test.each(changes)('an administrator without a second factor never %s of another user', async (_what, callOf) => {
    const response = await call(callOf(owned))
    expect([response.status, response.text('rule')]).toEqual([403, 'enrollment'])
    expect(await state(at, owned)).toEqual([null, null])
  })

  test.each([...lists, ['live calls', '/live-calls'] as const])(
    'an administrator without a second factor lists only the own %s',
    async (_what, path) => {
      const items = ((await call(['GET', path])).json as { items: unknown[] }).items
      expect(items).toHaveLength(path === '/sessions' ? 1 : 0)
      if (path === '/live-calls') return
      const response = await call(['GET', `${path}?${path === '/tokens' ? 'owner' : 'user'}=${owned.owner.id}`])
      expect([response.status, response.text('rule')]).toEqual([403, 'enrollment'])
    },
  )
})
